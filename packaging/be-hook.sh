#!/bin/sh
# shellcheck disable=SC1091,SC2154 # guard.sh, which is checked by itself, sets what is not set here
# The command be-hook, as it is installed. The caller's PATH stays as it is; of the caller's environment nothing else reaches Node.
lib=/usr/lib/be-hook
. "$lib/guard.sh" || exit 69
be_hook_clean_node
if ! be_hook_find_node; then
  echo "be-hook: cannot run: $be_hook_found; install nodejs" >&2
  exit 69
fi
# Node resets the signals that it was started to ignore (nohup, a background job): the program learns of them here.
BE_HOOK_IGNORED=
while read -r key value; do
  if [ "$key" = SigIgn: ]; then BE_HOOK_IGNORED=$value; fi
done 2>/dev/null </proc/$$/status
export BE_HOOK_IGNORED
# Links called beadm and bectl lead here, too: the program cannot see its name otherwise.
exec "$be_hook_node" --title="${0##*/}" "$lib/be-hook.cjs" "$@"
