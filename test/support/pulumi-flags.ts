/** The commands of Pulumi that documents show, with the flags that they name; test/docs/pages.e2e.test.ts asks the CLI whether it has them. */

export const pulumiFlags = {
  cancel: [],
  "config set": ["--secret"],
  destroy: ["--yes", "--continue-on-error", "--target"],
  import: ["--out", "--file", "--generate-code", "--yes"],
  login: [],
  new: ["--generate-only"],
  "package add": [],
  "plugin install": ["--server", "--file"],
  "plugin rm": ["--yes"],
  preview: ["--policy-pack", "--policy-pack-config"],
  refresh: ["--yes", "--expect-no-changes"],
  "stack export": ["--file"],
  "stack init": [],
  "stack rename": [],
  "stack rm": ["--yes"],
  "state delete": [],
  "state rename": [],
  "state unprotect": ["--all", "--yes"],
  up: ["--refresh", "--yes"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type PulumiCommand = keyof typeof pulumiFlags;

/** Which command the words after `pulumi` begin with. */
export function findPulumiCommand(words: readonly string[]): PulumiCommand | undefined {
  const known = Object.keys(pulumiFlags) as readonly PulumiCommand[];
  return known.find((command) => words.slice(0, command.split(" ").length).join(" ") === command);
}

/** Whatever the table above does not have, of the words after `pulumi`: the command itself, or flags of it. */
export function foreignFlags(words: readonly string[]): readonly string[] {
  const command = findPulumiCommand(words);
  if (command === undefined) return words;
  const flags: readonly string[] = pulumiFlags[command];
  return words.filter((word) => word.startsWith("-") && !flags.includes(word.split("=")[0] ?? ""));
}
