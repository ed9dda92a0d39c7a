/**
 * Waits until the last write to an object is settled (lifecycle/key/settling.ts): once for each object, and once more
 * after a write of the run. If another recent write then follows, the run ends with an error.
 */

import { UkoError } from "../../errors.ts";
import { type Reading, type SettlingMemory, settlingOf } from "../../lifecycle/key/settling.ts";
import type { CallOptions, World } from "../ports/world.ts";

export interface Settler {
  /**
   * True if the run may write now. After a wait it returns false, and the run has to read again. Throws
   * UKO_CHANGED_MEANWHILE.
   */
  isSettled(reading: Reading): Promise<boolean>;
  /** Call after a write of this run. The run may wait for that write as well. */
  afterOwnWrite(): void;
}

/**
 * Makes the settler of one object. `restedEtag` is the ETag of an object that this run has just created, so that no
 * other writer knows of the object.
 */
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
