/**
 * Says under which labels a run knows each key: from the evidence file of this machine, and from a manifest. A person
 * who can write to a key can give the key another name, but cannot change what an earlier run of another person wrote
 * down.
 */

import * as z from "zod";
import type { KnownLabels, PastLabel, PastLabels } from "../engine/ports/shown-key.ts";
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
export function createPastLabels(path: string | undefined, instanceId: string): KnownLabels {
  let read: ReadonlyMap<string, readonly PastLabel[]> | undefined;
  let inManifest: PastLabels = () => [];
  return {
    of(name) {
      read ??= path === undefined ? new Map() : readLabels(path, instanceId);
      return [...(read.get(name) ?? []), ...inManifest(name)];
    },
    learn(manifest) {
      inManifest = manifest;
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
