/**
 * Appends one line of JSON for each run, and one when a wait begins, to the file that `UKO_REPORT` names. A file that
 * cannot be opened stops the run before it begins. A write that fails later is only a warning, because the steps that
 * it reports were already taken.
 */

import { resolve } from "node:path";
import type { Reports } from "../engine/ports/evidence.ts";
import { UkoError } from "../errors.ts";
import { createLineWriter, jsonLine, requireAppendable, saySystemError } from "./durable-append.ts";

export interface ReportFileOptions {
  readonly path: string;
  readonly nowMs: () => number;
  /** Receives a sentence if a line could not be written after the work was done. */
  readonly warn: (line: string) => void;
}

/** Throws only before a run begins: a report never changes what a run does. */
export function createReportFile({ path: named, nowMs, warn }: ReportFileOptions): Reports {
  const path = resolve(named);
  const write = createLineWriter(path);
  return {
    async open() {
      try {
        await requireAppendable(path);
      } catch (error) {
        throw new UkoError("UKO_EVIDENCE_UNWRITABLE", {
          summary: `The report file ${path} could not be opened`,
          detail: `${saySystemError(error)}Nothing was changed. Check the path and the permissions (UKO_REPORT).`,
          data: { path },
          cause: error,
        });
      }
    },
    async append(report) {
      const time = new Date(nowMs()).toISOString().replace(/\.\d{3}Z$/, "Z");
      try {
        await write(jsonLine({ v: 1, time, ...report }));
      } catch (error) {
        warn(
          `The report file ${path} could not be written. Completed steps stay in effect. ${saySystemError(error)}`.trimEnd(),
        );
      }
    },
  };
}
