/**
 * Says what a run knows about the texts of keys: under which labels, from the evidence file of this machine and from a
 * manifest, and which words warn, from a campaign. A person who can write to a key can give the key another name, but
 * cannot change what an earlier run of another person wrote down.
 */

import * as z from "zod";
import type { PastLabel, PastLabels, TextMemory } from "../engine/ports/shown-key.ts";
import { parseJson } from "../text/json.ts";
import { linesWithHashes } from "./evidence-lines.ts";

const labeledLine = z.object({
  instanceId: z.string(),
  // Lines about other kinds of objects name them here.
  resource: z.undefined().optional(),
  vaultId: z.string(),
  keyId: z.string(),
  label: z.string(),
  time: z.string(),
});

/** The file is read once, at the first question. A file that cannot be read has no labels. */
export function createTextMemory(path: string | undefined, instanceId: string): TextMemory {
  let read: ReadonlyMap<string, readonly PastLabel[]> | undefined;
  let inManifest: PastLabels = () => [];
  let warningWords: readonly string[] = [];
  return {
    of(name) {
      read ??= path === undefined ? new Map() : readLabels(path, instanceId);
      return { pastLabels: [...(read.get(name) ?? []), ...inManifest(name)], warningWords };
    },
    learn(campaign) {
      inManifest = campaign.pastLabels ?? inManifest;
      warningWords = campaign.warningWords;
    },
  };
}

function readLabels(path: string, instanceId: string): ReadonlyMap<string, readonly PastLabel[]> {
  const found = new Map<string, Map<string, PastLabel>>();
  try {
    for (const { text } of linesWithHashes(path)) {
      const { data } = labeledLine.safeParse(parseJson(text));
      if (data === undefined || data.instanceId !== instanceId) continue;
      const { vaultId, keyId, label, time: seenAt } = data;
      const name = `${vaultId}/${keyId}`;
      const labels = found.get(name) ?? new Map<string, PastLabel>();
      found.set(name, labels.set(label, { label, seenAt, source: "evidence" }));
    }
  } catch {
    // What was read so far still informs.
  }
  return new Map(Array.from(found, ([name, labels]) => [name, [...labels.values()]]));
}
