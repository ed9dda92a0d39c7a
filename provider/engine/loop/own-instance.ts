/** The guard against state from another instance. A 404 from the wrong instance proves nothing. */

import { UkoError } from "../../errors.ts";
import type { World } from "../ports/world.ts";

interface Place {
  readonly instanceId: string;
}

export function isInOwnInstance({ session }: World, { instanceId }: Place): boolean {
  return instanceId === session.instanceId;
}

/** UKO_INSTANCE_MISMATCH. `what` is the start of the sentence, such as "Key 4f0c…". */
export function instanceMismatch({ session }: World, { instanceId }: Place, what: string): UkoError {
  return new UkoError("UKO_INSTANCE_MISMATCH", {
    summary: `${what} belongs to instance ${instanceId}, but this run is connected to instance ${session.instanceId}`,
    detail: [
      "Nothing was changed. The state and the settings name different instances, and either can be wrong.",
      "Next: to see which instance answers, run `uko doctor`. Then correct the wrong one.",
    ].join("\n"),
  });
}
