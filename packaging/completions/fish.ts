import type { Option } from '../../lib/cli/command.ts';
import {
  type Described,
  heading,
  type Offer,
  offersFor,
  ownArguments,
  type Program,
  passthroughPlace,
  pipelines,
  renameFunctions,
  takesNext,
  valueOffers,
} from './grammar.ts';

const sources = Object.entries(pipelines).map(([name, text]) => `function __be_hook_${name}\n    ${text}\nend\n`);

/** The function that finds the arguments in front of the cursor. */
function findingWords({ globals }: Program): string {
  return `
# Prints the words in front of the cursor, without the program and the options in front of its command.
function __be_hook_words
    set -l words (commandline -opc)
    set -e words[1]
    while string match -q -- '-*' "$words[1]"
        string match -qr -- '${takesNext({ options: globals })}' $words[1]; and set -q words[2]; and set -e words[1]
        set -e words[1]
    end
    set -q words[1]; and printf '%s\\n' $words
end
`;
}

/** The functions that find the position of the word at the cursor. */
const finding = `
# Whether the word at the cursor is the command.
function __be_hook_first
    test (count (__be_hook_words)) -eq 0
end

# Whether the word at the cursor is the argument of this command with this number. "options": whether it can be an option of the command.
# "rest": whether it is an argument of another program.
function __be_hook_at --argument-names command wanted
    set -l words (__be_hook_words)
    test "$words[1]" = $command; or return
    set -e words[1]
    set -l grammar (__be_hook_grammar $command)
    set -l place 1
    set -l option no
    set -l rest no
    for word in $words
        if test $option = yes
            set option no
        else if test "$word" = --
            set rest yes
        else if test $rest = no; and string match -qr -- $grammar[1] $word
            set option yes
        else if test $rest = yes; or not string match -qr -- '^-.' $word
            set place (math $place + 1)
            test "$place" = "$grammar[2]"; and set rest yes
        end
    end
    switch $wanted
        case options
            test $rest = no
        case rest
            test -n "$grammar[2]"; and test $place -gt "$grammar[2]"
        case '*'
            test $place = $wanted
    end
end
`;

/** The completion of a program for fish 3.1 and later. */
export function fishCompletion(program: Program): string {
  const { name, commands, globals, others } = program;
  const line = (flags: string): string => `complete -c ${name} ${flags}\n`;
  const first = [...commands, ...others].map((candidate) =>
    line(`${none} -a ${candidate.name} -d ${quoted(candidate.summary)}`),
  );
  const front = globals.map((option) => line(`${none} ${optionFlags(option)}`));
  const grammars = commands.map((command) => {
    const all = [quoted(takesNext(command)), passthroughPlace(command) ?? []].flat();
    return `        case ${command.name}\n            printf '%s\\n' ${all.join(' ')}\n`;
  });
  const own = commands.flatMap((command) => flagsOf(command, program)).map(line);
  const names = commands.map((command) => command.name).join(' ');
  const help = others.some((candidate) => candidate.name === 'help')
    ? line(`-n '__be_hook_at help 1' -a '${names}'`)
    : '';
  const text = [
    `${heading('fish', program)}\n\n${sources.join('\n')}`,
    `# Prints a pattern for the options with a value in the next word, and the number of the argument that begins another program's command line.`,
    `function __be_hook_grammar\n    switch $argv[1]\n${grammars.join('')}    end\nend`,
    findingWords(program) + finding,
    `${line('-f')}${[...first, ...front, ...own].join('')}`,
    help,
  ].join('\n');
  return renameFunctions(text, program);
}

const none = '-n __be_hook_first';

/** The `complete` lines of a command. */
function flagsOf(command: Described, { common }: Program): readonly string[] {
  const { name, options } = command;
  const at = (wanted: string | number): string => `-n '__be_hook_at ${name} ${wanted}'`;
  const passthrough = passthroughPlace(command);
  const place = (wanted: string | number, offers: readonly Offer[]): readonly string[] => {
    return offers.length === 0 ? [] : [[at(wanted), ...flagsFor(offers)].join(' ')];
  };
  return [
    ...[...options, ...common].map((option) => `${at('options')} ${optionFlags(option)}`),
    ...ownArguments(command).flatMap((word, index) => place(index + 1, offersFor(word.name) ?? [])),
    ...(passthrough === undefined ? [] : [...place(passthrough, ['commands']), ...place('rest', ['files'])]),
  ];
}

function optionFlags(option: Option): string {
  const { name, short, value, summary } = option;
  const offers = valueOffers(option);
  return [
    ...(short === undefined ? [] : [`-s ${short}`]),
    ...(name === '' ? [] : [`-l ${name}`]),
    ...(value === undefined ? [] : [offers.includes('files') ? '-r' : '-x', ...flagsFor(offers)]),
    `-d ${quoted(summary)}`,
  ].join(' ');
}

function flagsFor(offers: readonly Offer[]): readonly string[] {
  const words = offers.flatMap((offer) => {
    if (offer === 'files') return [];
    if (offer === 'commands') return ['(__fish_complete_command)'];
    return typeof offer === 'string' ? [`(__be_hook_${offer})`] : offer;
  });
  return [...(words.length === 0 ? [] : [`-a '${words.join(' ')}'`]), ...(offers.includes('files') ? ['-F'] : [])];
}

/** A text quoted for fish. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
