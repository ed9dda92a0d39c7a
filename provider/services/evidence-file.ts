/** Evidence on disk: one JSON line per step, durable before the step continues. */

import type { Evidence, EvidenceEntry } from "../engine/ports/world.ts";
import { UkoError } from "../errors.ts";
import { createLineWriter, jsonLine, systemSays } from "./durable-append.ts";

export interface EvidenceFileOptions {
  readonly path: string;
}

/** Appends; several runs may share a file. */
export function createEvidenceFile({ path }: EvidenceFileOptions): Evidence {
  const write = createLineWriter(path);
  return {
    async append(entry) {
      try {
        await write(jsonLine(entry));
      } catch (error) {
        throw unwritable(path, entry.phase, error);
      }
    },
  };
}

function unwritable(path: string, phase: EvidenceEntry["phase"], error: unknown): UkoError {
  const became =
    phase === "before"
      ? "The step was not taken."
      : "The step was taken, but its line is missing. No further step was taken.";
  return new UkoError("UKO_EVIDENCE_UNWRITABLE", {
    summary: `The evidence file ${path} could not be written`,
    detail: `${systemSays(error)}${became} Check the path, the permissions and the free space (UKO_EVIDENCE).`,
    data: { path },
    cause: error,
  });
}
