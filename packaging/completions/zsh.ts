import type { Argument, Option } from '../../lib/cli/command.ts';
import {
  type Described,
  heading,
  type Offer,
  offersFor,
  ownArguments,
  type Program,
  pipelines,
  quote,
  renameFunctions,
  spellings,
  takesNext,
  valueOffers,
  verbatimPlace,
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
# A single dash is a word of zsh's own in front of a command, and nothing that the program would know.
_be_hook_verbatim() {
  (( CURRENT == 1 )) && [[ $words[1] == -* ]] && return 1
  _normal
}

_be_hook() {
  local -a ours=(${described(commands)}
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
    if [[ $words[2] == -* ]]; then _arguments ${globals.map(optionSpec).join(' ')}; else _describe command ours -- others; fi
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
    ...(verbatimPlace(command) === undefined ? [] : [quote('*:::command:_be_hook_verbatim')]),
  ];
  return `  ${name})\n    _arguments ${['-s -S', ...specs].join(' \\\n      ')}\n    ;;\n`;
}

/** One option: those that mean the same and exclude each other, the forms its value may have, what it does, its value. */
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

/** What it is called, and what is offered for it; a blank offers nothing but says the name. */
function tail(name: string, offers: readonly Offer[]): string {
  const called = name.replaceAll(':', '\\:');
  const [first, ...more] = offers;
  if (first === undefined) return `:${called}: `;
  if (more.length > 0) return `:${called}:{ ${offers.map(action).join('; ')} }`;
  return `:${called}:${Array.isArray(first) ? `(${first.join(' ')})` : action(first)}`;
}

function action(offer: Offer): string {
  if (offer === 'files') return '_files';
  if (offer === 'commands') return '_command_names -e';
  return typeof offer === 'string' ? `_be_hook_${offer}` : `compadd ${offer.join(' ')}`;
}
