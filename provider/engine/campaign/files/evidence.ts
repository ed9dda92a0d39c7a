/** The last writers of keys that the service no longer has, from the evidence in the folder. The evidence is unsigned, so reports only show it. */

import * as z from "zod";
import { parseJson } from "../../../text/encodings.ts";
import { type CampaignFolder, maxEvidenceBytes } from "./file-forms.ts";
import { evidenceFolder } from "./holds.ts";

export interface NotedWrite {
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

const entry = z.looseObject({
  time: z.iso.datetime(),
  phase: z.literal("after"),
  vaultId: z.string(),
  keyId: z.string(),
  actor: z.looseObject({ iamId: z.string() }),
});

/** The last write of each of the keys, by its name. */
export async function lastNotedWrites(
  folder: CampaignFolder,
  keys: ReadonlySet<string>,
): Promise<ReadonlyMap<string, NotedWrite>> {
  const found = new Map<string, NotedWrite>();
  if (keys.size === 0) return found;
  for (const name of await folder.list(evidenceFolder)) {
    const text = name.endsWith(".jsonl") ? await folder.read(`${evidenceFolder}/${name}`, maxEvidenceBytes) : undefined;
    for (const line of text?.split("\n") ?? []) {
      const { data } = entry.safeParse(parseJson(line));
      if (data === undefined) continue;
      const key = `${data.vaultId || "kms"}/${data.keyId}`;
      if (keys.has(key) && data.time >= (found.get(key)?.at ?? "")) {
        found.set(key, { by: data.actor.iamId, at: data.time });
      }
    }
  }
  return found;
}
