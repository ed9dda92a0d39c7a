/**
 * What recordings say about the rows of fidelity.ts: those of `uko probe`, and those of a deletion with `--record`. They
 * count only as far as this release would judge them the same, and only if IBM's service responded: a recording of the
 * emulator, or of a host that nobody can name, proves nothing.
 */

import { readdirSync, readFileSync } from "node:fs";
import { checkRecording } from "../../../provider/probe/check.ts";

const folder = new URL("../../../test/recordings/", import.meta.url);

export interface Recording {
  /** Below the folder, with the folder of its sender: `example-bank/deletion.jsonl`. */
  readonly file: string;
  readonly text: string;
}

/** What one recording says about one row. */
interface Seen {
  readonly verdict: "verified" | "refuted";
  readonly where: string;
}

export function recordings(): readonly Recording[] {
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = found.map((file) => file.replaceAll("\\", "/")).filter((name) => name.endsWith(".jsonl"));
  return files.sort().map((file) => ({ file, text: readFileSync(new URL(file, folder), "utf8") }));
}

/** By the ID of the row, in the order of the recordings. */
export function seenRows(found: readonly Recording[]): ReadonlyMap<string, readonly Seen[]> {
  const seen = new Map<string, Seen[]>();
  for (const { file, text } of found) {
    const checked = checkRecording(text);
    if (checked === undefined) throw new Error(`${file} is not a recording.`);
    const { header, rows } = checked;
    if (notIbm.includes(header.product)) continue;
    // The file can be edited, so a reader judges it by its sender.
    const [sender, own] = file.split("/");
    if (own === undefined) throw new Error(`${file} is not in a folder that names its sender.`);
    const where = `${header.day}, ${header.product}, API ${header.apiVersion}, ${header.region}, sent by ${sender} (\`test/recordings/${file}\`)`;
    for (const [id, lines] of Map.groupBy(rows, ({ answers }) => answers)) {
      const verdicts = lines.map(({ verdict }) => verdict).filter((verdict) => verdict !== "not_tried");
      if (verdicts.length === 0) continue;
      const verdict = verdicts.includes("refuted") ? "refuted" : "verified";
      seen.set(id, [...(seen.get(id) ?? []), { verdict, where }]);
    }
  }
  return seen;
}

const notIbm: readonly string[] = ["emulator", "another host"];
