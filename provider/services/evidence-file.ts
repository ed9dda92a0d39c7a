/** Evidence on disk: one JSON line per step, durable before the step goes on. */

import type { Evidence } from "../engine/ports.ts";
import { UkoError } from "../errors.ts";
import { createLineWriter, systemSays } from "./durable-append.ts";

export interface EvidenceFileOptions {
  readonly path: string;
}

/** Appends; several runs may share a file. */
export function createEvidenceFile({ path }: EvidenceFileOptions): Evidence {
  const write = createLineWriter(path);
  return {
    async append(entry) {
      try {
        await write(JSON.stringify(entry));
      } catch (error) {
        throw unwritable(path, error);
      }
    },
  };
}

function unwritable(path: string, error: unknown): UkoError {
  return new UkoError("UKO_EVIDENCE_UNWRITABLE", {
    summary: `The evidence file ${path} could not be written`,
    detail: `${systemSays(error)}The step was not taken. Check the path, the rights and the space (UKO_EVIDENCE).`,
    data: { path },
    cause: error,
  });
}
