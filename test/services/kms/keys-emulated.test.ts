/**
 * The life of a KMS key in the emulator: created, requested for deletion by one person, destroyed by another,
 * and restored.
 */

import { expect, test } from "vitest";
import { startTestWorld } from "../../emulator/harness.ts";
import { permitForKmsKey, permitForRing } from "../../support/permits.ts";
import { adaptersOf } from "../emulated.ts";
import { never } from "../scripted-server.ts";

const options = { signal: never() };

test("a KMS key is created and deleted under KMS's own dual authorization", async () => {
  const world = await startTestWorld();
  try {
    const { instanceId } = world.emulator;
    const [bob, carol] = [adaptersOf(world, "bob").kmsKeys, adaptersOf(world, "carol").kmsKeys];
    expect(await carol.rings(options)).not.toContain("payments");
    expect(await carol.createRing("payments", options)).toMatchObject({ kind: "done" });
    expect(await carol.rings(options)).toContain("payments");
    await carol.createRing("spare", options);
    expect(await carol.removeRing(await permitForRing(instanceId, "spare"), options)).toMatchObject({ kind: "done" });
    expect(await carol.removeRing(await permitForRing(instanceId, "default"), options)).toMatchObject({
      kind: "refused",
    });
    const made = await bob.create(
      { name: "root", isExtractable: false, ring: "payments", dualAuthDelete: true },
      options,
    );
    if (made.kind !== "done") throw new Error(JSON.stringify(made));
    const ref = { instanceId, kmsKeyId: made.value.kmsKeyId };
    expect((await carol.list({ ring: "payments" }, options)).map(({ kmsKeyId }) => kmsKeyId)).toEqual([ref.kmsKeyId]);
    expect(await carol.addAlias(ref, "root_alias", options)).toMatchObject({ kind: "done" });
    expect(await bob.destroy(await permitForKmsKey("destroy_kms_key", ref), options)).toMatchObject({
      kind: "refused",
      status: 409,
    });
    expect(await carol.setForDeletion(await permitForKmsKey("open_kms_window", ref), options)).toMatchObject({
      kind: "done",
    });
    expect((await carol.read(ref, options)).value).toMatchObject({
      aliases: ["root_alias"],
      ring: "payments",
      dualAuthDelete: true,
      windowEndsAtMs: expect.any(Number),
    });
    expect(await bob.dualAuthPolicyWrite(ref, options)).toMatchObject({ updatedBy: expect.stringMatching(/^IBMid/) });
    expect(await bob.registrations(ref, options)).toEqual({ kind: "known", items: [] });
    expect(await bob.destroy(await permitForKmsKey("destroy_kms_key", ref), options)).toMatchObject({ kind: "done" });
    expect(await bob.destroy(await permitForKmsKey("destroy_kms_key", ref), options)).toMatchObject({ kind: "done" });
    expect((await carol.read(ref, options)).value).toMatchObject({ state: 5, deletedAtMs: expect.any(Number) });
    await world.advance("1m");
    expect(await bob.restore(ref, options)).toMatchObject({ kind: "done" });
    expect((await carol.read(ref, options)).value).toMatchObject({ state: 1 });
  } finally {
    await world.close();
  }
});
