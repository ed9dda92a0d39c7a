/** A record whose write the service stamps too late is written again, a few times. */

import { expect, test } from "vitest";
import { options, useEngineWorld, withKeys } from "./harness.ts";

const uko = useEngineWorld();

/** Bob's connection delays the first writes by three seconds each. */
const slowFor = (writes: number) => {
  let left = writes;
  return withKeys((keys) => ({
    async update(...call) {
      if (left > 0) uko.test.emulator.world.clock.advance(3000);
      left -= 1;
      return keys.update(...call);
    },
  }));
};

test("a request counts once its write arrives in time, and the evidence names the record that counts", async () => {
  const { keyId } = await uko.make();
  const bob = uko.run("bob", { wrap: slowFor(2) });
  const report = await bob.operations.request(uko.ref(keyId), undefined, options);
  expect(report).toMatchObject({ exitCode: 0, taken: ["write_record"], lifecycleState: "pending_approval" });
  const ids = bob.evidence.map((entry) => (entry as { record?: { id: string } }).record?.id);
  expect(ids).toEqual([report.deletion.recordId]);
  await uko.expectNobodyAlone();
});

test("a run that is always too late stops, and says by how much", async () => {
  const { keyId } = await uko.make();
  const since = await uko.lastSeq();
  const bob = uko.run("bob", { wrap: slowFor(9) });
  await expect(bob.operations.request(uko.ref(keyId), undefined, options)).rejects.toMatchObject({
    code: "UKO_CLOCK_SKEW",
    summary: expect.stringContaining("3 s after the record's own time"),
  });
  expect(await uko.effects(since)).toEqual([
    "updateManagedKey",
    "updateManagedKey",
    "updateManagedKey",
    "updateManagedKey",
  ]);
  const { deletion } = await uko.run("carol").operations.status(uko.ref(keyId), options);
  expect(deletion.requestedBy).toBeUndefined();
});
