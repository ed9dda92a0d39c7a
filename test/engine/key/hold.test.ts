/** A release ends the hold that it chose, and no hold that came while it ran. */

import { expect, test } from "vitest";
import { changeHold } from "../../../provider/engine/key/hold.ts";
import { nowMs } from "../../support/builders.ts";
import { aWorld, found, ref } from "../fakes.ts";

test.each([{ kind: "lost", reason: "timeout" }, { kind: "stale" }] as const)(
  "a release whose write ends as $kind leaves a hold that another person set meanwhile",
  async (end) => {
    const alices = { name: "hold", value: "owner by IBMid_550000ALICE" };
    const carols = { name: "hold", value: "legal ticket L_9 by IBMid_550000CAROL" };
    let writes = 0;
    const world = aWorld({
      keys: {
        read: async () => found({ tags: [writes === 0 ? alices : carols], updatedAtMs: nowMs - 5_000 }, `e-${writes}`),
        use: async () => ({ kind: "known", count: 0, retainedBy: [] }),
        update: async () => {
          writes += 1;
          return end;
        },
      },
    });
    const release = { kind: "release", choice: {}, reason: "over" } as const;
    expect(await changeHold(world, ref, release, { signal: new AbortController().signal })).toMatchObject({
      kind: "left",
      why: expect.stringContaining("legal, ticket L_9"),
    });
    expect(writes).toBe(1);
  },
);
