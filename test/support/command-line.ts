/** A simple command line as a shell takes it apart, without a process for the shell. */

export interface Typed {
  readonly variables: Readonly<Record<string, string>>;
  readonly command: string;
  readonly args: readonly string[];
}

/** Undefined for a line that needs a shell. */
export function takeApart(line: string): Typed | undefined {
  const word = /(?:[^\s'"\\$`;&|<>()*?#~]|'[^']*'|"[^"\\$`]*")+/y;
  const words: string[] = [];
  for (let rest = line.trim(); rest !== ""; rest = rest.trimStart()) {
    word.lastIndex = 0;
    const found = word.exec(rest)?.[0];
    if (found === undefined) return undefined;
    rest = rest.slice(found.length);
    if (rest !== "" && !/^\s/.test(rest)) return undefined;
    words.push(
      found.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ""),
    );
  }
  const isAssignment = (each: string): boolean => /^[A-Za-z_]\w*=/.test(each);
  const first = words.findIndex((each) => !isAssignment(each));
  const [command, ...args] = words.slice(first);
  if (first < 0 || command === undefined) return undefined;
  const variables = Object.fromEntries(words.slice(0, first).map((each) => each.split(/=(.*)/s).slice(0, 2)));
  return { variables, command, args };
}
