/** What keeps a boot environment from being destroyed, forgotten, unmounted or renamed. */
export type Obstacle =
  | 'running'
  | 'active'
  | 'next'
  | 'held'
  | 'process'
  | 'kernel'
  | 'menu-home'
  | 'volume'
  | 'default-subvolume';

/** What a command wanted to do with the environment. */
export type ObstructedVerb = 'destroy' | 'forget' | 'unmount' | 'rename';
