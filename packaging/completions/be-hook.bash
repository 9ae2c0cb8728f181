# Completion of be-hook(8) for bash. Commands and options are those of lib/cli/commands/; a test compares them.

_be_hook_options() {
  case $1 in
  sync | forget | uninstall) echo '--filesystem --dry-run --json --help' ;;
  list | menu | status) echo '--filesystem --json --help' ;;
  adopt) echo '--name --filesystem --dry-run --json --help' ;;
  esac
}

# What the command's argument may be. Only root can see boot environments and subvolumes; others get nothing offered.
_be_hook_arguments() {
  case $1 in
  help) printf '%s\n' sync list menu status adopt forget uninstall ;;
  forget) be-hook list 2>/dev/null | sed '1d; s/ .*//' ;;
  adopt) btrfs subvolume list / 2>/dev/null | sed 's/^.* path //' ;;
  esac
}

_be_hook() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words
  local IFS=$' \t\n'
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='sync list menu status adopt forget uninstall help version --help --version'
  elif [ "$previous" = --filesystem ]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  elif [ "$previous" = --name ]; then
    return
  elif [[ $current == -* ]]; then
    words=$(_be_hook_options "$command")
  else
    words=$(_be_hook_arguments "$command")
    IFS=$'\n'
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _be_hook be-hook
