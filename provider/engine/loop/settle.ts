/** The wait until an object's last write is settled: at most one for each object and run. */

import { UkoError } from "../../errors.ts";
import { type Reading, type SettlingMemory, settledAfterMs, settlingOf } from "../../lifecycle/settling.ts";
import type { CallOptions, World } from "../ports/world.ts";

export interface Settler {
  /** False after a wait: read again. Throws UKO_CHANGED_MEANWHILE. */
  isSettled(reading: Reading): Promise<boolean>;
  /** Call after a write of this run. The run may wait for that write as well. */
  afterOwnWrite(): void;
  /** Waits for this run's write before the next read, so that the run need not read twice. */
  restAfterOwnWrite(etag: string): Promise<void>;
}

/** `restedEtag`: of an object that this run has just created, so no other writer knows it. */
export function createSettler(world: World, what: string, { signal }: CallOptions, restedEtag?: string): Settler {
  let memory: SettlingMemory = { hasWaited: false, ...(restedEtag !== undefined && { restedEtag }) };
  return {
    async isSettled(reading) {
      const settling = settlingOf(reading, memory);
      if (settling.kind === "settled") return true;
      if (settling.kind === "busy") throw busy(what);
      await world.clock.sleep(settling.forMs, signal);
      memory = { hasWaited: true, restedEtag: reading.etag };
      return false;
    },
    afterOwnWrite() {
      memory = { hasWaited: false };
    },
    async restAfterOwnWrite(etag) {
      await world.clock.sleep(settledAfterMs, signal);
      memory = { hasWaited: false, restedEtag: etag };
    },
  };
}

function busy(what: string): UkoError {
  return new UkoError("UKO_CHANGED_MEANWHILE", {
    summary: `Another writer keeps changing ${what}, so uko did not write to it`,
    detail: [
      "The service distinguishes two writes only if they are in different seconds, so a write now could overwrite the other one.",
      "Steps that this run reported before remain in effect. Run again when the other writer has finished.",
    ].join("\n"),
  });
}
