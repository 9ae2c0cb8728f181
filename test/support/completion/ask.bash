# An rc file: an interactive bash, which reads keys from its input, writes a line to $ANSWERS for each time it completes be-hook.
# shellcheck shell=bash source=/dev/null
source "$COMPLETIONS/be-hook.bash"
PS1=''

offer() {
  _be_hook "$@"
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

if [[ $MODE == offer ]]; then complete -F offer be-hook; else exec >>"$ANSWERS"; fi
