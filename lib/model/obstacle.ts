/** Why a boot environment cannot be destroyed, forgotten, unmounted or renamed. */
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

/** The action that a command was to perform on the environment. */
export type ObstructedVerb = 'destroy' | 'forget' | 'unmount' | 'rename';
