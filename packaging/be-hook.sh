#!/bin/sh
# shellcheck disable=SC1091,SC2154 # guard.sh, which is checked by itself, sets what is not set here
# The installed command be-hook. It removes Node's own variables from the environment, and keeps the rest, PATH included.
lib=/usr/lib/be-hook
. "$lib/guard.sh" || exit 69
be_hook_clean_node
if ! be_hook_find_node; then
  echo "be-hook: cannot run: $be_hook_found; install nodejs" >&2
  exit 69
fi
# Node resets signals that the caller ignores (nohup, a background job). This variable tells the program which ones these were.
BE_HOOK_IGNORED=
while read -r key value; do
  if [ "$key" = SigIgn: ]; then BE_HOOK_IGNORED=$value; fi
done 2>/dev/null </proc/$$/status
export BE_HOOK_IGNORED
# The links beadm and bectl also lead here. The program gets its name only by --title.
exec "$be_hook_node" --title="${0##*/}" "$lib/be-hook.cjs" "$@"
