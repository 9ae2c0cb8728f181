/**
 * Shell functions for a job: `fact NAME` prints its input as what {@link parseFacts} reads, `said NAME COMMAND…` what a
 * command printed and how it ended. Everything travels in base64, so that nothing can be mistaken for it.
 */
export const factFunctions = `
fact() { printf '\\nFACT %s %s\\n' "$1" "$(base64 -w0)"; }
said() { name=$1; shift; { status=0; "$@" 2>&1 || status=$?; echo "status $status"; } | fact "$name"; }
`;

/** Gives the facts of a job's output by their names, without the spaces and line breaks around them; throws for others. */
export function parseFacts(output: string): (name: string) => string {
  const facts = new Map(
    [...output.matchAll(/^FACT (\S+) (\S*)$/gm)].map(([, name = '', value = '']) => [
      name,
      Buffer.from(value, 'base64').toString('utf8').trim(),
    ]),
  );
  return (name) => {
    const fact = facts.get(name);
    if (fact === undefined) throw new Error(`the job told nothing of “${name}”; it said:\n${output}`);
    return fact;
  };
}
