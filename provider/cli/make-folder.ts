/**
 * Creation of the folders that commands write to, and the error for a folder that is not writable.
 */

import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { UkoError } from "../errors.ts";

/**
 * Creates a folder and its parents. Node's own `recursive` never returns if a parent exists but
 * accepts no subfolder, as in /proc.
 */
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
export function unwritable(summary: string, error: unknown, ...next: readonly string[]): UkoError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UkoError("UKO_INPUT_INVALID", { summary, detail: [reason, ...next].join("\n"), cause: error });
}
