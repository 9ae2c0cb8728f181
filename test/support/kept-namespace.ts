/**
 * Shell: makes a mount namespace without processes, bound to a file. The kernel binds only a namespace with a higher number
 * than the namespace of the mount, and each processor has its own range of numbers (Linux 6.18, `mnt_ns_loop`). The loop
 * therefore repeats until the number is high enough.
 */
export const keptNamespace = (file: string): string =>
  `touch "${file}"; until unshare --mount="${file}" --propagation private true 2>/dev/null; do sleep 0.01; done`;
