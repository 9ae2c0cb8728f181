import type { Argument, Option } from '../../lib/cli/command.ts';
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
  ([name, text]) => `_be_hook_${name}() {\n  local -a found=(\${(f)"$(${text})"})\n  compadd "$@" -a found\n}\n`,
);

/** The completion of a program for zsh 5.1 and later. */
export function zshCompletion(program: Program): string {
  const { name, commands, globals, others } = program;
  const names = commands.map((candidate) => candidate.name).join(' ');
  const help = others.some(({ name }) => name === 'help') ? `  help) _arguments '1:command:(${names})' ;;\n` : '';
  const text = `#compdef ${name}
${heading('zsh', program)}

${sources.join('\n')}
# In front of a command zsh has a precommand modifier "-", which the program does not have.
_be_hook_passthrough() {
  (( CURRENT == 1 )) && [[ $words[1] == -* ]] && return 1
  _normal
}

_be_hook() {
  local -a own=(${described(commands)}
  )
  local -a others=(${described(others)}
  )
  while (( CURRENT > 2 )) && [[ $words[2] == -* ]]; do
    if [[ $words[2] =~ '${takesNext({ options: globals })}' ]]; then
      if (( CURRENT == 3 )); then ${globals.flatMap(valueOffers).map(action).join('; ')}; return; fi
      words[2]=()
      (( CURRENT-- ))
    fi
    words[2]=()
    (( CURRENT-- ))
  done
  if (( CURRENT == 2 )); then
    if [[ $words[2] == -* ]]; then _arguments ${globals.map(optionSpec).join(' ')}; else _describe command own -- others; fi
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${commands.map((candidate) => caseOf(candidate, program)).join('')}${help}  esac
}

_be_hook "$@"
`;
  return renameFunctions(text, program);
}

function described(all: readonly Pick<Option, 'name' | 'summary'>[]): string {
  return all.map(({ name, summary }) => `\n    ${quote(`${name}:${summary}`)}`).join('');
}

function caseOf(command: Described, { common }: Program): string {
  const { name, options } = command;
  const specs = [
    ...[...options, ...common].map(optionSpec),
    ...ownArguments(command).map((word, index) => quote(argumentSpec(word, index + 1))),
    ...(passthroughPlace(command) === undefined ? [] : [quote('*:::command:_be_hook_passthrough')]),
  ];
  return `  ${name})\n    _arguments ${['-s -S', ...specs].join(' \\\n      ')}\n    ;;\n`;
}

/** The specification of an option for _arguments: the forms, which exclude each other, the summary and the value. */
function optionSpec(option: Option): string {
  const { summary, value } = option;
  const forms = spellings(option);
  const sign = (form: string): string => (value === undefined ? form : form.startsWith('--') ? `${form}=` : `${form}+`);
  const text = `[${summary.replaceAll(/[[\]\\]/g, '\\$&')}]${value === undefined ? '' : tail(value, valueOffers(option))}`;
  const [first = '', ...more] = forms;
  if (more.length === 0) return quote(sign(first) + text);
  return `${quote(`(${forms.join(' ')})`)}{${forms.map(sign).join(',')}}${quote(text)}`;
}

function argumentSpec({ name, optional }: Argument, place: number): string {
  return `${place}${optional === true ? ':' : ''}${tail(name, offersFor(name) ?? [])}`;
}

/** The name of a value and its completions. A blank means no completions; zsh then shows only the name. */
function tail(name: string, offers: readonly Offer[]): string {
  const label = name.replaceAll(':', '\\:');
  const [first, ...more] = offers;
  if (first === undefined) return `:${label}: `;
  if (more.length > 0) return `:${label}:{ ${offers.map(action).join('; ')} }`;
  return `:${label}:${Array.isArray(first) ? `(${first.join(' ')})` : action(first)}`;
}

function action(offer: Offer): string {
  if (offer === 'files') return '_files';
  if (offer === 'commands') return '_command_names -e';
  return typeof offer === 'string' ? `_be_hook_${offer}` : `compadd ${offer.join(' ')}`;
}
