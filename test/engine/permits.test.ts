/** The loop and its permits: one read, one permit, one request, and no permit outlives its read. */

import { describe, expect, test } from "vitest";
import { keyKind } from "../../provider/engine/key/kind.ts";
import type { KeyTask } from "../../provider/engine/key/steps.ts";
import { type KmsTask, kmsKeyKind } from "../../provider/engine/kms-key/kind.ts";
import { converge } from "../../provider/engine/loop/converge.ts";
import type { Keys, World } from "../../provider/engine/ports/world.ts";
import { planKeyDeletion } from "../../provider/lifecycle/key/plan-key-deletion.ts";
import { planKmsKeyDeletion } from "../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import type { Permit } from "../../provider/lifecycle/vocabulary/permit.ts";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { aPolicy, hourMs } from "../support/builders.ts";
import { aKmsPolicy } from "../support/kms-builders.ts";
import { codeOf, options, unfinished, useEngineWorld, withKeys } from "./harness.ts";
import { kmsRun, makeKmsKey, requestKms } from "./kms-stage.ts";

const uko = useEngineWorld();
type KeyPermit = Permit<"deactivate" | "destroy">;

/** A run of Carol that keeps the permits of its steps. */
function keeping(act: (keys: Keys, permit: KeyPermit) => ReturnType<Keys["act"]>) {
  const permits: KeyPermit[] = [];
  let port: Keys | undefined;
  const run = uko.run("carol", {
    wrap: withKeys((keys) => {
      port = keys;
      return {
        act: (permit) => {
          permits.push(permit);
          return act(keys, permit);
        },
      };
    }),
  });
  const use = (permit: KeyPermit | undefined) => {
    if (port === undefined || permit === undefined) throw new Error("No step was taken.");
    return codeOf(port.act(permit, options));
  };
  return { run, permits, use };
}

const aKeyForOne = (): Promise<ManagedKeyState> => uko.make({ dualAuthorization: "single" });

describe("a permit that the run kept", () => {
  test("after its step is refused, even if the service would still accept its ETag", async () => {
    const state = await aKeyForOne();
    const refused = { kind: "refused", status: 409, message: "busy", correlationId: "" } as const;
    const { run, permits, use } = keeping(async () => refused);
    expect((await unfinished(run.handlers, state)).code).toBe("UKO_SERVICE_REFUSED");
    const seq = await uko.lastSeq();
    expect(permits).toHaveLength(1);
    expect(permits[0]?.subject.etag).toBe((await uko.test.as("carol").key(state.keyId)).headers.get("etag"));
    expect(await use(permits[0])).toBe("UKO_BUG");
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("after a lost response is refused: the run reads, plans and gets a new one", async () => {
    const state = await aKeyForOne();
    let calls = 0;
    const { run, permits, use } = keeping(async (keys, permit) => {
      calls += 1;
      return calls === 1 ? { kind: "lost", reason: "cut" } : keys.act(permit, options);
    });
    await unfinished(run.handlers, state);
    expect(permits).toHaveLength(2);
    expect(permits[0]).not.toBe(permits[1]);
    for (const permit of permits) expect(await use(permit)).toBe("UKO_BUG");
  });

  test("over a wait is refused", async () => {
    const state = await aKeyForOne();
    const record = { state: "deactivated", deactivatedAt: "2026-11-24T14:20:00Z" };
    await uko.test.control(`keys/${state.keyId}`, { record });
    const early = { kind: "refused", status: 409, message: "4 hours", correlationId: "" } as const;
    const { run, permits, use } = keeping(async (keys, permit) =>
      permits.length === 1 ? early : keys.act(permit, options),
    );
    const during = new Set<string>();
    const { clock } = run.world;
    const sleep: World["clock"]["sleep"] = async (...wait) => {
      if (permits.length > 0) during.add(await use(permits[0]));
      return clock.sleep(...wait);
    };
    const plan: KeyTask["plan"] = (observation, current, nowMs) =>
      planKeyDeletion(observation, aPolicy({ goal: "destroyed", people: "single" }), current, nowMs);
    const task = { ref: uko.ref(state.keyId), plan, approvals: [], intent: "resume" } as const;
    const waiting = { ...run.world, clock: { ...clock, sleep } };
    const outcome = await converge(waiting, keyKind, task, options, { budgetMs: 5 * hourMs });
    expect(outcome.memory.run).toMatchObject({ stepsTaken: [{ step: { kind: "destroy" } }] });
    expect(during).toEqual(new Set(["UKO_BUG"]));
    expect(await use(permits[0])).toBe("UKO_BUG");
  });
});

test("a permit that no later read followed is refused after the end of the run", async () => {
  const state = await makeKmsKey(uko, { dualAuthDelete: true });
  const kept: Permit<"open_kms_window">[] = [];
  const forbidden = { kind: "forbidden", message: "no role", correlationId: "" } as const;
  const carol = kmsRun(uko, "carol", {
    wrap: (world) => ({
      ...world,
      kmsKeys: {
        ...world.kmsKeys,
        async setForDeletion(permit) {
          kept.push(permit);
          return forbidden;
        },
      },
    }),
  });
  expect(await requestKms(uko, carol, state.keyId)).toMatchObject({ code: "UKO_RIGHTS_MISSING", taken: [] });
  const [permit] = kept;
  if (permit === undefined) throw new Error("No step was taken.");
  const seq = await uko.lastSeq();
  expect(await codeOf(kmsRun(uko, "carol").world.kmsKeys.setForDeletion(permit, options))).toBe("UKO_BUG");
  expect(await uko.effects(seq)).toEqual([]);
});

describe("a decision about a KMS key that is too old to send", () => {
  /** A run of Carol whose evidence takes this long, so that time passes between the read and the call. */
  const slowly = (delays: readonly number[]) => {
    let calls = 0;
    let nowMs = 0;
    return kmsRun(uko, "carol", {
      wrap: (world) => ({
        ...world,
        clock: { ...world.clock, monotonicMs: () => nowMs },
        evidence: {
          ...world.evidence,
          async append(entry) {
            await world.evidence.append(entry);
            if (entry.phase === "before") nowMs += delays[calls] ?? 0;
            calls += 1;
          },
        },
      }),
    });
  };

  test("leads to a new read and a new plan, and the step is taken once", async () => {
    const state = await makeKmsKey(uko, { dualAuthDelete: true });
    const carol = slowly([10_001, 60_000, 10_000]);
    const report = await requestKms(uko, carol, state.keyId);
    expect(report).toMatchObject({ code: "UKO_APPROVAL_PENDING", taken: ["set_for_deletion"] });
    expect(carol.evidence.map(({ phase }) => phase)).toEqual(["before", "before", "before", "after"]);
  });

  test("does not count as a round of the loop", async () => {
    const state = await makeKmsKey(uko, { dualAuthDelete: true });
    const { world } = slowly([11_000, 11_000, 11_000]);
    const ref = { instanceId: uko.test.emulator.instanceId, kmsKeyId: state.keyId };
    const plan: KmsTask["plan"] = (observation, run, nowMs) =>
      planKmsKeyDeletion(observation, aKmsPolicy(), run, nowMs);
    const task = { ref, plan, approvals: [], mayRequest: true } as const;
    const outcome = await converge(world, { ...kmsKeyKind, maxRounds: 2 }, task, options);
    expect(outcome).toMatchObject({ plan: { kind: "waitingForApproval" }, memory: { run: { stepsTaken: [{}] } } });
  });

  test("six times ends the run without a step", async () => {
    const state = await makeKmsKey(uko, { dualAuthDelete: true });
    const seq = await uko.lastSeq();
    const carol = slowly(Array.from({ length: 20 }, () => 11_000));
    await expect(requestKms(uko, carol, state.keyId)).rejects.toMatchObject({
      code: "UKO_DEADLINE",
      summary: `KMS was too slow for a step of KMS key ${state.keyId}`,
    });
    expect(carol.evidence).toHaveLength(6);
    expect(await uko.effects(seq)).toEqual([]);
  });
});
