/** The files and folders that commands read and write, and the errors about them. */

import { readdirSync, statSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { UkoError } from "../errors.ts";
import { notRegular, readNamedText } from "../regular-file.ts";
import type { CliWorld } from "./cli-world.ts";

/** `-` is standard input; `what` names the content, `next` says how to write the file. Throws UKO_INPUT_INVALID. */
export async function readInputFile(
  world: Pick<CliWorld, "readInput">,
  file: string,
  { what, next }: { readonly what: string; readonly next: string },
): Promise<string> {
  const summary = `Could not read ${what} from ${file === "-" ? "standard input" : file}`;
  if (file !== "-") return readNamedText(file, summary, `Next: ${next}`);
  try {
    return await world.readInput();
  } catch (error) {
    throw fileError(summary, error, `Next: ${next}`);
  }
}

export const exportedState = {
  what: "the state",
  next: "write it with pulumi stack export --file state.json",
} as const;

/** The evidence files that the options name, or the one of the environment. */
export function evidenceFiles(
  { environment }: CliWorld,
  named: readonly string[] | undefined,
  option: string,
): readonly string[] {
  const usual = environment.UKO_EVIDENCE ? [environment.UKO_EVIDENCE] : [];
  const files = named === undefined || named.length === 0 ? usual : withFilesOf(named);
  if (files.length > 0) return files;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: "The evidence file is not set",
    detail: `Set ${option}, or UKO_EVIDENCE as in the runs that wrote it.`,
  });
}

/** A folder, such as the one of a campaign, stands for the evidence files in it. */
export function withFilesOf(named: readonly string[]): readonly string[] {
  return named.flatMap((each) => {
    if (statSync(each, { throwIfNoEntry: false })?.isDirectory() !== true) return [each];
    const found = readdirSync(each, { withFileTypes: true }).filter(({ name }) => name.endsWith(".jsonl"));
    // A link among them could add the evidence of another instance, or leave the folder.
    const odd = found.find((entry) => !entry.isFile());
    if (odd !== undefined) throw fileError(`Could not read ${path.join(each, odd.name)}`, notRegular);
    return found.map(({ name }) => path.join(each, name)).sort();
  });
}

/** Creates a folder and its parents. Node's `recursive` never returns if a parent accepts no subfolder, as in /proc. */
export async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const above = path.dirname(folder);
  if (above !== folder) await makeFolder(above);
  await mkdir(folder).catch(async (error: unknown) => {
    // Another process may have created it meanwhile.
    if (!(await isFolder(folder))) throw error;
  });
}

const isFolder = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** The system's message, followed by the reader's next steps. */
export function fileError(summary: string, error: unknown, ...next: readonly string[]): UkoError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UkoError("UKO_INPUT_INVALID", { summary, detail: [reason, ...next].join("\n"), cause: error });
}
