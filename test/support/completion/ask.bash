# An rc file: an interactive bash, which reads keys from its input, writes a line to $ANSWERS for each time it completes be-hook.
# shellcheck shell=bash source=/dev/null
for file in "$COMPLETIONS"/*.bash; do source "$file"; done
PS1=''

offer() {
  local function=${COMP_WORDS[0]//-/_}
  "_$function" "$@"
  # What is offered is text for a command line: it is read as one.
  eval "printf '%s\t' ${COMPREPLY[*]}" >>"$ANSWERS"
  echo >>"$ANSWERS"
}

# What the package bash-completion does for a command behind another one, as sudo takes it (its function _command_offset).
behind() {
  COMP_LINE=${COMP_LINE#* } COMP_POINT=$((COMP_POINT - ${#1} - 1)) COMP_WORDS=("${COMP_WORDS[@]:1}") COMP_CWORD=$((COMP_CWORD - 1))
  _be_hook be-hook "${COMP_WORDS[COMP_CWORD]}"
}
complete -F behind env

if [[ $MODE == offer ]]; then complete -F offer be-hook beadm bectl; else exec >>"$ANSWERS"; fi
