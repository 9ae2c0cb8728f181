import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from './guest/tool.ts';

/** A btrfs filesystem in image files, its top level (subvolume 5) mounted in a private directory. */
export interface LoopBtrfs {
  /** The image of the first (usually the only) device. */
  readonly image: string;
  /** The images of all devices, in the order of the arguments of mkfs. */
  readonly images: readonly string[];
  /** The loop device of the first image. It can change after an unmount. */
  readonly device: string;
  /** The mount point of the top level. */
  readonly top: string;
  readonly uuid: string;
  /** Creates a subvolume and its parent directories, and returns its absolute path. */
  subvolume(path: string): Promise<string>;
  /** Makes a writable snapshot of one subvolume at another path below the top level. */
  snapshot(from: string, to: string): Promise<string>;
  /** syncfs: all data is then in the trees on the images, not only in the log of btrfs. */
  sync(): Promise<void>;
  /** Unmounts and mounts again, to drop all caches. */
  remount(options?: string): Promise<void>;
  /** Runs `body` while the images are neither mounted nor attached. Use it for copies, which have the same fsid. */
  unmounted<T>(body: () => Promise<T>): Promise<T>;
}

/** The options of a scratch filesystem. */
export interface BtrfsOptions {
  /**
   * Size of each device. Default: 2 GiB; the images are sparse. On a smaller device btrfs has little room for metadata and
   * flushes file data much earlier than on a real disk, which hides mistakes in the order of writes.
   */
  readonly sizeMiB?: number;
  readonly devices?: number;
  /** Further arguments of mkfs.btrfs. */
  readonly mkfs?: readonly string[];
  readonly mountOptions?: string;
}

/** Makes a scratch btrfs in temporary image files, mounts it for `body`, and then removes all of it. */
export async function withBtrfs<T>(options: BtrfsOptions, body: (fs: LoopBtrfs) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-btrfs-'));
  try {
    return await mountBtrfs(await formatImages(directory, options), body, options.mountOptions);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Makes the image files of an empty scratch btrfs in a directory. */
export async function formatImages(directory: string, options: BtrfsOptions): Promise<readonly string[]> {
  const images: string[] = [];
  for (let n = 0; n < (options.devices ?? 1); n += 1) {
    const image = join(directory, `disk${n}.img`);
    await tool('truncate', ['-s', `${options.sizeMiB ?? 2048}M`, image]);
    images.push(image);
  }
  await tool('mkfs.btrfs', ['--quiet', ...(options.mkfs ?? []), ...images]);
  return images;
}

/** Mounts the btrfs in existing image files for `body`. The images and their changes remain. */
export async function mountBtrfs<T>(
  images: readonly string[],
  body: (fs: LoopBtrfs) => Promise<T>,
  mountOptions = '',
): Promise<T> {
  const mounted = await MountedImages.attach(images, mountOptions);
  try {
    return await body(mounted);
  } finally {
    await mounted.detach();
  }
}

class MountedImages implements LoopBtrfs {
  readonly images: readonly string[];
  readonly top: string;
  readonly #directory: string;
  readonly #options: string;
  #devices: string[] = [];
  #isMounted = false;
  #uuid = '';

  private constructor(images: readonly string[], directory: string, options: string) {
    this.images = images;
    this.#directory = directory;
    this.#options = options;
    this.top = join(directory, 'top');
  }

  static async attach(images: readonly string[], options: string): Promise<MountedImages> {
    const self = new MountedImages(images, await mkdtemp(join(tmpdir(), 'be-hook-mount-')), options);
    try {
      await mkdir(self.top);
      await self.#mount(options);
      self.#uuid = await tool('blkid', ['-p', '-o', 'value', '-s', 'UUID', self.device]);
      return self;
    } catch (error) {
      await self.detach();
      throw error;
    }
  }

  get image(): string {
    return this.images[0] ?? '';
  }

  get device(): string {
    return this.#devices[0] ?? '';
  }

  get uuid(): string {
    return this.#uuid;
  }

  async subvolume(path: string): Promise<string> {
    const target = join(this.top, path);
    await mkdir(join(target, '..'), { recursive: true });
    await tool('btrfs', ['-q', 'subvolume', 'create', target]);
    return target;
  }

  async snapshot(from: string, to: string): Promise<string> {
    const target = join(this.top, to);
    await tool('btrfs', ['-q', 'subvolume', 'snapshot', join(this.top, from), target]);
    return target;
  }

  async sync(): Promise<void> {
    await tool('sync', ['--file-system', this.top]);
  }

  async remount(options?: string): Promise<void> {
    await this.#unmount();
    await this.#mount(options ?? this.#options);
  }

  async unmounted<T>(body: () => Promise<T>): Promise<T> {
    await this.#unmount();
    try {
      return await body();
    } finally {
      await this.#mount(this.#options);
    }
  }

  async detach(): Promise<void> {
    await this.#unmount();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #mount(options: string): Promise<void> {
    for (const image of this.images) this.#devices.push(await tool('losetup', ['--find', '--show', image]));
    const members = this.images.length > 1 ? this.#devices.map((device) => `device=${device}`) : [];
    const words = ['subvolid=5', ...members, options].filter((word) => word !== '').join(',');
    await tool('mount', ['-t', 'btrfs', '-o', words, this.device, this.top]);
    this.#isMounted = true;
  }

  async #unmount(): Promise<void> {
    // The mount namespace of another process can have a copy of the mount, and then delay the end of the file system.
    if (this.#isMounted) await this.sync();
    const failure = this.#isMounted ? await unmountAtAnyPrice(this.top) : undefined;
    this.#isMounted = false;
    for (const device of this.#devices.splice(0)) {
      // The kernel remembers an unmounted device, and would then mistake a copy with the same fsid for it.
      await tool('btrfs', ['device', 'scan', '--forget', device]).catch(() => undefined);
      await tool('losetup', ['--detach', device]);
    }
    if (failure !== undefined) throw failure;
  }
}

/** A test that leaves a file open must fail, but must not leave its mount for the next test. */
async function unmountAtAnyPrice(top: string): Promise<Error | undefined> {
  try {
    await tool('umount', ['--recursive', top]);
    return undefined;
  } catch (error) {
    await tool('umount', ['--recursive', '--lazy', top]);
    return error instanceof Error ? error : new Error(String(error));
  }
}
