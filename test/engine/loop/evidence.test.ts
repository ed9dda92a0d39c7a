import { describe, expect, test } from "vitest";
import type { World } from "../../../provider/engine/ports/world.ts";
import { UkoError } from "../../../provider/errors.ts";
import { apiKeys } from "../../emulator/harness.ts";
import { approve, approveAndRequest, options, unfinished, useEngineWorld, withKeys } from "../harness.ts";

const uko = useEngineWorld();

const unwritable = (world: World): World => {
  const refuse = () => Promise.reject(new UkoError("UKO_EVIDENCE_UNWRITABLE"));
  return { ...world, evidence: { open: refuse, append: refuse } };
};

async function requestedByBob() {
  const state = await uko.make({ deletionReason: "left the bank" });
  const bob = uko.run("bob");
  await unfinished(bob.handlers, state);
  await uko.advance("60s");
  const ref = uko.ref(state.keyId);
  const { deletion } = await bob.operations.status(ref, options);
  return { state, ref, record: deletion.recordId, bob };
}

describe("the evidence for an auditor", () => {
  test("a request: who, what, the digest, the record's ID and the reason", async () => {
    const { state, record, bob } = await requestedByBob();
    expect(bob.evidence).toEqual([
      {
        v: 1,
        time: expect.stringMatching(/^2026-11-24T14:23:\d\dZ$/),
        ...uko.ref(state.keyId),
        label: "payroll",
        step: "write_record",
        phase: "after",
        from: "active",
        to: "active",
        actor: { iamId: "IBMid-550000BOB", name: "Bob Example", loggedInBy: "apikey, pwd" },
        digest: expect.stringMatching(/^[0-9a-f]{32}$/),
        record: {
          id: record,
          step: "deactivate",
          how: "engine",
          author: "IBMid-550000BOB",
          writtenAt: expect.stringMatching(/^2026-11-24T14:23:\d\dZ$/),
          reason: "left the bank",
        },
        keystores: [{ name: "payroll-ring", status: "active", syncFlag: "ok" }],
        correlationId: expect.stringMatching(/./),
      },
    ]);
  });

  test("a step: from, to, on whose approval; before the call and after it", async () => {
    const { ref, record } = await requestedByBob();
    const alice = uko.run("alice");
    await approveAndRequest(alice, ref);
    const steps = alice.evidence.map(({ step, phase, from, to, allowedBy }) => [step, phase, from, to, allowedBy?.id]);
    expect(steps).toEqual([
      ["deactivate", "before", "active", "deactivated", record],
      ["deactivate", "after", "active", "deactivated", record],
      ["write_record", "after", "deactivated", "deactivated", undefined],
    ]);
    expect(alice.evidence[0]).not.toHaveProperty("correlationId");
    expect(alice.evidence[1]?.correlationId).toMatch(/./);
    expect(alice.evidence[1]?.digest).toBe(alice.evidence[0]?.digest);
  });

  test("a single-person step: who, without an approval", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    const carol = uko.run("carol");
    await unfinished(carol.handlers, state);
    await uko.advance("5h");
    await unfinished(carol.handlers, state);
    await uko.advance("31d");
    await carol.handlers.delete(state, options);
    const steps = carol.evidence.map(({ step, phase, to }) => `${step} ${phase} ${to}`);
    expect(steps).toEqual([
      "deactivate before deactivated",
      "deactivate after deactivated",
      "destroy before destroyed",
      "destroy after destroyed",
      "remove before absent",
      "remove after absent",
    ]);
    expect(carol.evidence.every((entry) => entry.allowedBy === undefined)).toBe(true);
    expect(carol.evidence[4]?.keystores).toEqual([{ name: "payroll-ring", status: "not_present", syncFlag: "ok" }]);
  });

  test.each([
    ["that is stale", { kind: "stale" }, true],
    ["that the service refused", { kind: "refused", status: 409, message: "busy", correlationId: "" }, true],
    ["that is forbidden", { kind: "forbidden", message: "no role", correlationId: "" }, true],
    ["whose response was lost", { kind: "lost", reason: "cut" }, false],
  ] as const)("a call %s ends with a line if nothing happened", async (_, answer, isClosed) => {
    const state = await uko.make({ dualAuthorization: "single" });
    const carol = uko.run("carol", { wrap: withKeys(() => ({ act: async () => answer })) });
    await carol.handlers.delete(state, options).catch(() => {});
    const steps = carol.evidence.map(({ step, phase, from, to }) => `${step} ${phase} ${from} ${to}`);
    expect(steps.slice(0, 2)).toEqual([
      "deactivate before active deactivated",
      isClosed ? "deactivate settled active active" : "deactivate before active deactivated",
    ]);
    expect(steps.some((each) => each.includes("settled"))).toBe(isClosed);
  });

  test("an undo and a sync are also in the evidence", async () => {
    const { ref } = await requestedByBob();
    await approveAndRequest(uko.run("alice"), ref);
    const alice = uko.run("alice");
    await alice.operations.reactivate(ref, options);
    await alice.operations.sync(ref, options);
    const steps = alice.evidence.map(({ step, from, to }) => `${step} ${from} ${to}`);
    expect(steps).toEqual([
      "drop_record deactivated deactivated",
      "reactivate deactivated active",
      "sync active active",
    ]);
  });

  test("never contains a credential", async () => {
    const { ref, bob } = await requestedByBob();
    const alice = uko.run("alice");
    await approveAndRequest(alice, ref);
    const text = JSON.stringify([...bob.evidence, ...alice.evidence]);
    for (const apiKey of Object.values(apiKeys)) expect(text).not.toContain(apiKey);
    expect(text).not.toMatch(/Bearer|eyJ[A-Za-z0-9_-]{10}/);
  });
});

describe("a step without writable evidence is not taken", () => {
  test.each([false, true])("deactivate (KMS dual authorization: %s)", async (dualAuthDelete) => {
    const { state, ref } = await requestedByBob();
    if (dualAuthDelete) await uko.test.control(`keys/${state.keyId}`, { backingKey: { dualAuthDelete } });
    const seq = await uko.lastSeq();
    await expect(approve(uko.run("alice", { wrap: unwritable }), ref)).rejects.toMatchObject({
      code: "UKO_EVIDENCE_UNWRITABLE",
    });
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("destroy and remove", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    await unfinished(uko.run("carol").handlers, state);
    await uko.advance("5h");
    const broken = uko.run("carol", { wrap: unwritable }).handlers;
    await expect(broken.delete(state, options)).rejects.toMatchObject({ code: "UKO_EVIDENCE_UNWRITABLE" });
    expect((await uko.test.as("carol").key(state.keyId)).body.state).toBe("deactivated");
    await unfinished(uko.run("carol").handlers, state);
    await uko.advance("31d");
    await expect(broken.delete(state, options)).rejects.toMatchObject({ code: "UKO_EVIDENCE_UNWRITABLE" });
    expect((await uko.test.as("carol").key(state.keyId)).status).toBe(200);
  });
});
