/**
 * Reads and finds the files that commands take as input, such as an exported state, or evidence. Errors name the file
 * or the setting.
 */

import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { evidencePlaceOf } from "../compose/text.ts";
import { UkoError } from "../errors.ts";
import { fileError, notRegular, readNamedText } from "../process/regular-file.ts";
import { readInstance } from "../text/uuid-form.ts";
import type { CliWorld } from "./cli-world.ts";

/**
 * Reads a file, or standard input for `-`. `what` names the content, and `next` says how to write the file. Throws
 * UKO_INPUT_INVALID.
 */
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

export function evidenceFiles(
  { environment }: CliWorld,
  named: readonly string[] | undefined,
  option: string,
): readonly string[] {
  if (named !== undefined && named.length > 0) return withFilesOf(named);
  const { UKO_INSTANCE_ID: instance = "" } = environment;
  const { instanceId } = readInstance(instance) ?? { instanceId: instance };
  const place = evidencePlaceOf(environment, instanceId);
  if (place.kind === "named" || (place.kind === "default" && instanceId !== "")) return [place.path];
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: "The evidence file is not set",
    detail: `Set ${option}, or UKO_EVIDENCE as in the runs that wrote it, or UKO_INSTANCE_ID for the default file of the instance.`,
  });
}

/** Replaces each folder, such as one of a campaign, by the evidence files in it. */
export function withFilesOf(named: readonly string[]): readonly string[] {
  return named.flatMap((each) => {
    if (statSync(each, { throwIfNoEntry: false })?.isDirectory() !== true) return [each];
    const found = readdirSync(each, { withFileTypes: true }).filter(({ name }) => name.endsWith(".jsonl"));
    // A link is refused, because it could add the evidence of another instance or a file outside the folder.
    const odd = found.find((entry) => !entry.isFile());
    if (odd !== undefined) throw fileError(`Could not read ${path.join(each, odd.name)}`, notRegular);
    return found.map(({ name }) => path.join(each, name)).sort();
  });
}
