/** A service, or a gateway in front of it, that accepts a DELETE and deletes nothing: only a read shows that an object is gone. */

import { beforeEach, describe, expect, it } from "vitest";
import { vaultId } from "../emulator/harness.ts";
import { containersOf } from "../engine/containers-harness.ts";
import { approve, approveAndRequest, options, unfinished, useEngineWorld } from "../engine/harness.ts";
import { approveKms, kmsRun, makeKmsKey, requestKms } from "../engine/kms-stage.ts";

const uko = useEngineWorld();
const noEffect = (operation: string, times = 1_000_000) => uko.fault({ operation, status: 204, times });
const notDeleted = (what: string) => ({
  code: "UKO_RESPONSE_LOST",
  summary: expect.stringMatching(new RegExp(`^The service accepted the deletion of ${what}.*, but still shows it$`)),
});
/** The entries that say that a step was taken. */
const taken = ({ evidence }: { readonly evidence: readonly { readonly phase: string; readonly step: string }[] }) =>
  evidence.flatMap(({ phase, step }) => (phase === "after" ? [step] : []));
beforeEach(() => uko.clearFaults());

describe("a managed key", () => {
  async function destroyedKey() {
    const state = await uko.make();
    const ref = uko.ref(state.keyId);
    await unfinished(uko.run("bob").handlers, state);
    await uko.advance("1m");
    await approveAndRequest(uko.run("alice"), ref);
    await uko.advance("5h");
    await approve(uko.run("bob"), ref);
    await uko.advance("31d");
    return state;
  }

  it("stays in the state while the service shows it, and no evidence calls it removed", async () => {
    const state = await destroyedKey();
    await noEffect("deleteManagedKey");
    const bob = uko.run("bob");
    await expect(bob.handlers.delete(state, options)).rejects.toMatchObject(notDeleted("key"));
    expect(taken(bob)).toEqual([]);
    expect((await uko.keyOf(state)).state).toBe("destroyed");
  });

  it("is removed by the call that has an effect, with one entry in the evidence and its correlation ID", async () => {
    const state = await destroyedKey();
    await noEffect("deleteManagedKey", 1);
    const bob = uko.run("bob");
    expect(await bob.handlers.delete(state, options)).toMatchObject({ kind: "ended" });
    expect(taken(bob)).toEqual(["remove"]);
    expect((await uko.test.as("carol").key(state.keyId)).status).toBe(404);
    expect(bob.evidence.at(-1)).toMatchObject({ correlationId: expect.stringMatching(/./) });
  });
});

it("a template stays in the state while the service shows it", async () => {
  const { templates } = containersOf(uko, "bob");
  const found = await templates.lookup(`${vaultId}/7e110000-0000-4000-8000-000000000001`, options);
  await noEffect("deleteTemplate");
  await expect(templates.delete(found?.state, options)).rejects.toMatchObject(notDeleted("the template"));
  await uko.clearFaults();
  expect(await templates.delete(found?.state, options)).toMatchObject({ kind: "ended" });
});

it("a KMS key stays in the state while KMS shows it as active, and no evidence calls it destroyed", async () => {
  const state = await makeKmsKey(uko);
  await requestKms(uko, kmsRun(uko, "alice"), state.keyId);
  await noEffect("deleteKmsKey");
  const bob = kmsRun(uko, "bob");
  await expect(approveKms(uko, bob, state.keyId)).rejects.toMatchObject(notDeleted("KMS key"));
  expect(taken(bob)).toEqual([]);
});
