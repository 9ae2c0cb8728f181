/**
 * Shell: a mount namespace that a file keeps, without processes. The kernel binds only one that is younger than the
 * namespace it is bound in, and tells that by numbers that each processor hands out from a store of its own (Linux
 * 6.18, `mnt_ns_loop`): so until one is.
 */
export const keptNamespace = (file: string): string =>
  `touch "${file}"; until unshare --mount="${file}" --propagation private true 2>/dev/null; do sleep 0.01; done`;
