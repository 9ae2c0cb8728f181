# zsh ask.zsh: an interactive zsh on a terminal of its own, which completes each line of $QUESTIONS and writes lines to $ANSWERS.
if [[ ! -o interactive ]]; then
  zmodload zsh/zpty
  zpty asked "ZDOTDIR=${(q)ZSHRC_FOLDER} exec zsh -d -i"
  while zpty -r asked text; do :; done
  exit
fi

fpath=($COMPLETIONS $fpath)
autoload -Uz compinit
compinit -u -D

# In place of the builtin that gets all that is offered, to look at it; not where the completion system only asks.
typeset -ga offered
compadd() {
  if [[ " ${@[1,(i)(-|--)]} " == *\ -(O|A|D)\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a hits
  builtin compadd -A hits "$@"
  # Text for a command line: it is read as one.
  eval "offered+=($hits)"
  builtin compadd "$@"
}

zle-line-init() {
  local line
  for line in ${(f)"$(<$QUESTIONS)"}; do
    BUFFER=$line CURSOR=$#line offered=()
    if [[ $MODE == offer ]]; then
      zle list-choices
      print -r -- "${(pj:\t:)offered}" >>$ANSWERS
    else
      zle complete-word
      eval "$BUFFER" >>$ANSWERS
    fi
  done
  exit
}
zle -N zle-line-init
