import {
  type Described,
  heading,
  type Offer,
  offersFor,
  ownArguments,
  type Program,
  passthroughPlace,
  pipelines,
  quote,
  renameFunctions,
  spellings,
  takesNext,
  valueOffers,
} from './grammar.ts';

const sources = Object.entries(pipelines).map(
  ([name, text]) => `_be_hook_${name}() { _be_hook_offer < <(${text}); }\n`,
);

const offering = `
# Offers the input lines that start with the typed text. It quotes them, because they are data in a command line.
_be_hook_offer() {
  local line
  while IFS= read -r line; do
    printf -v line %q "$line"
    if [[ $lead$line == "$typed"* ]]; then
      line=$lead$line
      COMPREPLY+=("\${line#"$kept"}")
    fi
  done
}

_be_hook_words() { _be_hook_offer < <(printf '%s\\n' "$@"); }
_be_hook_commands() { _be_hook_offer < <(compgen -c -- "$typed"); }
# readline completes file names, and quotes them correctly. bash asks readline only if there are no other completions.
_be_hook_files() { compopt -o default; }
${sources.join('')}`;

/** The functions that read the command line. */
const reading = `
# Collects the arguments up to the cursor as the program would get them. bash also splits at @, : and =, which a name can contain.
_be_hook_read() {
  local line=\${COMP_LINE:0:COMP_POINT} gap word i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    gap=\${line%%[![:space:]]*}
    line=\${line#"$gap"}
    word=\${COMP_WORDS[i]}
    if ((i == COMP_CWORD)); then word=$line; fi
    line=\${line#"$word"}
    if [[ $gap || $i -eq 0 ]]; then words+=("$word"); else words[\${#words[@]} - 1]+=$word; fi
  done
}

_be_hook() {
  local IFS=$' \\t\\n' words=() options=() word takes='^$' passthrough='' option='' rest='' lead='' place=1
  _be_hook_read
  local command last=$((\${#words[@]} - 1))
  # The part that readline does not replace. It replaces the text after the last of these characters. If that character is @, it replaces @ too.
  local typed=\${words[last]} kept
  kept=\${typed%"$2"}
  kept=\${kept%@}
  COMPREPLY=()
`;

/** The code that skips the options in front of the command. */
function passing({ globals }: Program): string {
  return `  while ((last > 1)) && [[ \${words[1]} == -* ]]; do
    if [[ \${words[1]} =~ ${takesNext({ options: globals })} ]]; then
      if ((last == 2)); then ${globals
        .flatMap(valueOffers)
        .map((offer) => `_be_hook_${String(offer)}`)
        .join('; ')}; return; fi
      words=("\${words[0]}" "\${words[@]:3}")
    else
      words=("\${words[0]}" "\${words[@]:2}")
    fi
    last=$((\${#words[@]} - 1))
  done
  command=\${words[1]}
  if ((last == 1)); then
    if [[ $typed == -* ]]; then _be_hook_words ${globals.flatMap(spellings).join(' ')}; else _be_hook_words "\${_be_hook_all[@]}"; fi
    return
  fi
`;
}

const placing = `  _be_hook_grammar "$command"
  for word in "\${words[@]:2:last - 2}"; do
    if [[ $option ]]; then
      option=''
    elif [[ $word == -- ]]; then
      rest=yes
    elif [[ ! $rest && $word =~ $takes ]]; then
      option=$word
    elif [[ $rest || $word != -?* ]]; then
      ((place += 1))
      if [[ $place == "$passthrough" ]]; then rest=yes; fi
    fi
  done
  if [[ $option == -[!-]* ]]; then option=-\${option: -1}; fi
  if [[ $option ]]; then
    _be_hook_complete "$command $option"
  elif [[ $rest || $typed != -* ]]; then
    _be_hook_complete "$command $place"
  elif [[ $typed == --*=* ]]; then
    lead=\${typed%%=*}=
    _be_hook_complete "$command \${typed%%=*}"
  else
    _be_hook_words "\${options[@]}"
  fi
}

`;

/** The completion of a program for bash 4.4 and later, with or without the package bash-completion. */
export function bashCompletion(program: Program): string {
  const { commands, common, others } = program;
  const named = commands.map(({ name }) => name);
  const all = [...named, ...others.map(({ name }) => name)].join(' ');
  const help = others.some(({ name }) => name === 'help') ? [branch(["'help 1'"], [named])] : [];
  const places = [...commands.flatMap(placesOf), ...help];
  const text = [
    `${heading('bash', program)}\n\n_be_hook_all=(${all})\n`,
    `# Sets the options of a command, a pattern for options with a value, and the number of the argument that begins another command line.`,
    `_be_hook_grammar() {\n  case $1 in\n${commands.map((candidate) => grammarOf(candidate, common)).join('')}  esac\n}\n`,
    `# Completes the value of an option, or the first, second, … argument.`,
    `_be_hook_complete() {\n  case $1 in\n${places.join('')}  esac\n}\n${offering}${reading}${passing(program)}${placing}complete -F _be_hook ${program.name}\n`,
  ].join('\n');
  return renameFunctions(text, program);
}

function grammarOf(command: Described, common: Program['common']): string {
  const options = [...command.options, ...common].flatMap(spellings).join(' ');
  const passthrough = passthroughPlace(command);
  const more = passthrough === undefined ? '' : ` passthrough=${passthrough}`;
  return `  ${command.name}) options=(${options}) takes=${quote(takesNext(command))}${more} ;;\n`;
}

function placesOf(command: Described): readonly string[] {
  const { name, options } = command;
  const passthrough = passthroughPlace(command);
  return [
    ...options.map((option) =>
      branch(
        spellings(option).map((each) => `'${name} ${each}'`),
        valueOffers(option),
      ),
    ),
    ...ownArguments(command).map((word, index) => branch([`'${name} ${index + 1}'`], offersFor(word.name) ?? [])),
    ...(passthrough === undefined
      ? []
      : [branch([`'${name} ${passthrough}'`], ['commands']), branch([`'${name} '[0-9]*`], ['files'])]),
  ];
}

function branch(patterns: readonly string[], offers: readonly Offer[]): string {
  const calls = offers.map((offer) =>
    typeof offer === 'string' ? `_be_hook_${offer}` : `_be_hook_words ${offer.join(' ')}`,
  );
  return calls.length === 0 ? '' : `  ${patterns.join(' | ')}) ${calls.join('; ')} ;;\n`;
}
