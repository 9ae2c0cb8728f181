#!/bin/sh
# The command be-hook, as it is installed. Node takes nothing from the caller's environment: NODE_OPTIONS and NODE_PATH could load foreign
# code into a process of root's, the other two only cost time.
unset NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_COMPILE_CACHE
if ! command -v node >/dev/null; then
  echo 'be-hook: the program node is missing; install nodejs' >&2
  exit 69
fi
# Node resets the signals that it was started to ignore (nohup, a background job): the program learns of them here.
BE_HOOK_IGNORED=
while read -r key value; do
  if [ "$key" = SigIgn: ]; then BE_HOOK_IGNORED=$value; fi
done 2>/dev/null </proc/$$/status
export BE_HOOK_IGNORED
# Links called beadm and bectl lead here, too: the program cannot see its name otherwise.
exec node --title="${0##*/}" /usr/lib/be-hook/be-hook.cjs "$@"
