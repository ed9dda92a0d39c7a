import { describe, expect, it } from "vitest";
import type { World } from "../../../provider/engine/ports/world.ts";
import { kmsWindowMs } from "../../../provider/lifecycle/kms-window.ts";
import type { KmsKeyState } from "../../../provider/resources/kms-key/schema.ts";
import { codeOf, options, type Person, type RunChoices, useEngineWorld } from "../harness.ts";
import { kmsRun, kmsView, makeKmsKey, unfinishedKms, windowIn } from "../kms-stage.ts";

const stage = useEngineWorld();

const destroyBy = (who: Person, state: KmsKeyState, choices: RunChoices = {}) => {
  const run = kmsRun(stage, who, choices);
  return { ...run, outcome: () => run.handlers.delete(state, options), wait: () => unfinishedKms(run.handlers, state) };
};
const stateOf = async (keyId: string): Promise<unknown> => (await kmsView(stage, keyId)).state;
const writesSince = async (since: number): Promise<readonly string[]> => stage.effects(since);
const lastSeq = async (): Promise<number> => (await stage.trail()).at(-1)?.seq ?? 0;

describe("two people delete a KMS key", () => {
  it("the first sets the window, the second names it and destroys, and the evidence has both", async () => {
    const state = await makeKmsKey(stage);
    const first = destroyBy("alice", state);
    const { code, message } = await first.wait();
    expect(code).toBe("UKO_APPROVAL_PENDING");
    expect(message).toContain("You set the key for deletion on");
    expect(first.evidence.map(({ step, phase }) => `${step} ${phase}`)).toEqual([
      "set_for_deletion before",
      "set_for_deletion after",
    ]);
    const view = await kmsView(stage, state.keyId);
    expect(view.dualAuthDelete.keySetForDeletion).toBe(true);
    expect(windowIn(message)).toBe(`${state.keyId}@${view.dualAuthDelete.authExpiration}`);

    const second = destroyBy("bob", state, { consents: [windowIn(message)] });
    expect(await second.outcome()).toMatchObject({
      kind: "ended",
      warnings: [expect.stringMatching(/destroyed and leaves the state\n.*24 Dec 2026.*restoreTrigger/)],
      facts: { lifecycleState: "destroyed", taken: ["destroy"] },
    });
    expect(await stateOf(state.keyId)).toBe(5);
    expect(second.evidence).toMatchObject([
      { resource: "kms_key", keyId: state.keyId, step: "destroy", phase: "before", from: "active", to: "destroyed" },
      { phase: "after", consentedBy: { id: windowIn(message) } },
    ]);
  });

  it("the same person twice changes nothing, directly or through a trusted profile", async () => {
    const state = await makeKmsKey(stage, {}, "carol");
    const { message } = await destroyBy("bob", state).wait();
    const before = await lastSeq();
    const consents = [windowIn(message)];
    expect(await destroyBy("bob", state).wait()).toMatchObject({ code: "UKO_APPROVAL_PENDING" });
    await destroyBy("bob", state, { consents }).wait();
    const inProfile = await destroyBy("dave", state, { consents }).wait();
    expect(inProfile.message).toContain("is using a trusted profile");
    const machine = await destroyBy("pipeline", state, { consents }).wait();
    expect(machine.message).toContain("is not a person");
    expect(await stateOf(state.keyId)).toBe(1);
    expect(await writesSince(before)).toEqual([]);
  });

  it("KMS decides if its policy was changed to two people after the key was made", async () => {
    const state = await makeKmsKey(stage);
    const { message } = await destroyBy("bob", state).wait();
    const again = await destroyBy("bob", state, { consents: [windowIn(message)] }).wait();
    expect(again.code).toBe("UKO_SERVICE_REFUSED");
    expect(again.message).toContain("KMS requires another person to destroy");
    expect(await stateOf(state.keyId)).toBe(1);
  });

  it("a repeated run neither moves the window nor requests again", async () => {
    const state = await makeKmsKey(stage);
    const { message } = await destroyBy("alice", state).wait();
    await stage.advance("3d");
    for (const who of ["alice", "bob", "carol", "pipeline"] as const) {
      const again = await destroyBy(who, state).wait();
      expect(windowIn(again.message)).toBe(windowIn(message));
    }
  });

  it("an expired window is opened again, and naming the old one does not count", async () => {
    const state = await makeKmsKey(stage);
    const old = windowIn((await destroyBy("alice", state).wait()).message);
    await stage.advance("7d");
    const renewed = await destroyBy("carol", state, { consents: [old] }).wait();
    expect(windowIn(renewed.message)).not.toBe(old);
    expect(await stateOf(state.keyId)).toBe(1);
    const { outcome } = destroyBy("bob", state, { consents: [windowIn(renewed.message)] });
    expect(await outcome()).toMatchObject({ kind: "ended" });
  });

  it("a missing role is reported with the role and the person who can continue", async () => {
    const state = await makeKmsKey(stage);
    const { message } = await destroyBy("carol", state).wait();
    const denied = await destroyBy("alice", state, { consents: [windowIn(message)] }).wait();
    expect(denied.code).toBe("UKO_RIGHTS_MISSING");
    expect(denied.message).toMatch(/cannot destroy KMS key "backup".*\n.*role KMS Manager/);
    // A reader cannot list keystores, so whether the key belongs to one is unknown.
    expect((await destroyBy("erin", await makeKmsKey(stage)).wait()).code).toBe("UKO_KMS_KEY_IS_A_TWIN");
  });

  it("with the goal removed the key remains in state until KMS no longer returns it", async () => {
    const state = await makeKmsKey(stage, { deletionCompletesAt: "removed" });
    const consents = [windowIn((await destroyBy("alice", state).wait()).message)];
    const waiting = await destroyBy("bob", state, { consents }).wait();
    expect(waiting.code).toBe("UKO_KMS_METADATA_REMAINS");
    expect(waiting.message).toContain("until 22 Feb 2027");
    await stage.advance("100d");
    expect(await destroyBy("bob", state).outcome()).toMatchObject({ kind: "ended" });
  });
});

describe("one person", () => {
  it("is refused if the program requires two and KMS does not", async () => {
    const single = await makeKmsKey(stage, { dualAuthorization: "single" });
    expect(single.dualAuthDelete).toBe(false);
    const stricter = destroyBy("bob", { ...single, dualAuthorization: "required" });
    expect((await stricter.wait()).code).toBe("UKO_KMS_DUAL_AUTHORIZATION_OFF");
    expect((await destroyBy("bob", single, { isDualRequired: true }).wait()).code).toBe(
      "UKO_KMS_DUAL_AUTHORIZATION_OFF",
    );
    expect(await stateOf(single.keyId)).toBe(1);
    expect(await destroyBy("pipeline", single).outcome()).toMatchObject({ kind: "ended" });
  });

  it("never deletes a managed key's twin without the managed key", async () => {
    const managed = await stage.test.keyIn("active");
    const twin = await stage.test.twinOf(managed);
    const own = await makeKmsKey(stage, { dualAuthorization: "single" });
    const before = await lastSeq();
    const { code, message } = await destroyBy("bob", { ...own, keyId: twin.id }).wait();
    expect(code).toBe("UKO_KMS_KEY_IS_A_TWIN");
    expect(message).toContain("a managed key depends on it");
    expect(await writesSince(before)).toEqual([]);
  });

  it("is refused while a state names another instance, and under deletion protection", async () => {
    const state = await makeKmsKey(stage, { deletionProtection: true });
    expect((await destroyBy("bob", state).wait()).code).toBe("UKO_DELETION_PROTECTED");
    const foreign = { ...state, instanceId: "22222222-2222-4222-8222-222222222222" };
    expect(await codeOf(destroyBy("bob", foreign).outcome())).toBe("UKO_INSTANCE_MISMATCH");
  });
});

describe("a lost answer", () => {
  /** Sends the call and loses its answer, or loses the call itself. */
  const losingAnswer = (name: "setForDeletion" | "destroy" | "unsetForDeletion", isSent: boolean) => {
    let isLost = false;
    return (world: World): World => ({
      ...world,
      kmsKeys: {
        ...world.kmsKeys,
        async [name](...args: Parameters<World["kmsKeys"]["destroy"]>) {
          if (isLost) return world.kmsKeys[name](...args);
          isLost = true;
          if (isSent) await world.kmsKeys[name](...args);
          return { kind: "lost" as const, reason: "connection reset" };
        },
      },
    });
  };

  it.each([true, false])("to the first step leads to a read, never to a second person (sent: %s)", async (isSent) => {
    const state = await makeKmsKey(stage);
    const run = destroyBy("carol", state, { wrap: losingAnswer("setForDeletion", isSent) });
    const { code, message } = await run.wait();
    expect(code).toBe("UKO_APPROVAL_PENDING");
    expect(message).toContain("You set the key for deletion");
    expect(run.evidence.at(-1)).toMatchObject({ step: "set_for_deletion", phase: "after" });
  });

  it.each([true, false])("to the destruction leads to a read (sent: %s)", async (isSent) => {
    const state = await makeKmsKey(stage);
    const consents = [windowIn((await destroyBy("alice", state).wait()).message)];
    const run = destroyBy("bob", state, { consents, wrap: losingAnswer("destroy", isSent) });
    expect(await run.outcome()).toMatchObject({ kind: "ended", facts: { taken: ["destroy"] } });
    expect(run.evidence.at(-1)).toMatchObject({ step: "destroy", phase: "after" });
  });

  it.each([
    ["an hour before, and is another caller's", 3_600_000, []],
    ["at this very time, and is possibly this run's", 0, ["set_for_deletion after"]],
  ])("to the first step is not evidence alone: the existing window began %s", async (_when, agoMs, after) => {
    const state = await makeKmsKey(stage);
    const wrap = (world: World): World => {
      let isLost = false;
      return {
        ...world,
        kmsKeys: {
          ...world.kmsKeys,
          async setForDeletion() {
            isLost = true;
            return { kind: "lost", reason: "connection reset" };
          },
          async read(ref, callOptions) {
            const answer = await world.kmsKeys.read(ref, callOptions);
            if (!isLost || answer.value === undefined) return answer;
            const windowEndsAtMs = answer.serviceTimeMs - agoMs + kmsWindowMs;
            return { ...answer, value: { ...answer.value, windowEndsAtMs } };
          },
        },
      };
    };
    const run = destroyBy("alice", state, { wrap });
    expect((await run.wait()).code).toBe("UKO_APPROVAL_PENDING");
    const steps = run.evidence.map(({ step, phase }) => `${step} ${phase}`);
    expect(steps).toEqual(["set_for_deletion before", ...after]);
  });

  it("to each call is a fault, and the key is unchanged", async () => {
    const state = await makeKmsKey(stage);
    const wrap = (world: World): World => ({
      ...world,
      kmsKeys: { ...world.kmsKeys, setForDeletion: async () => ({ kind: "lost", reason: "reset" }) },
    });
    expect(await codeOf(destroyBy("alice", state, { wrap }).outcome())).toBe("UKO_ANSWER_LOST");
  });
});

describe("by command", () => {
  const refOf = ({ instanceId, keyId }: KmsKeyState) => ({ instanceId, kmsKeyId: keyId });

  it("status, request, withdraw and continue do the same without a state", async () => {
    const state = await makeKmsKey(stage);
    const ref = refOf(state);
    const by = (who: Person) => kmsRun(stage, who).operations;
    expect(await by("alice").status(ref, options)).toMatchObject({ exitCode: 0, lifecycleState: "active", taken: [] });
    expect(await by("alice").request(ref, options)).toMatchObject({
      exitCode: 0,
      lifecycleState: "pending_approval",
      taken: ["set_for_deletion"],
    });
    const pending = await by("bob").status(ref, options);
    const deletion = { awaits: "approval", neededRoles: ["KMS Manager"] };
    expect(pending).toMatchObject({ exitCode: 0, lifecycleState: "pending_approval", deletion });
    expect(pending).not.toHaveProperty("code");
    expect(await by("carol").withdraw(ref, options)).toMatchObject({ exitCode: 0, taken: ["unset_for_deletion"] });
    expect((await kmsView(stage, state.keyId)).dualAuthDelete.keySetForDeletion).toBe(false);
    expect(await by("carol").withdraw(ref, options)).toMatchObject({ exitCode: 0, taken: [] });

    const secondRequest = await by("alice").request(ref, options);
    const named = [secondRequest.deletion.recordId ?? ""];
    expect(await by("bob").continue(ref, [], options)).toMatchObject({ code: "UKO_APPROVAL_PENDING" });
    expect(await by("bob").continue(ref, named, options)).toMatchObject({ exitCode: 0, taken: ["destroy"] });
    expect(await by("bob").withdraw(ref, options)).toMatchObject({ code: "UKO_NO_WAY_BACK" });
    await stage.advance("100d");
    expect(await by("bob").status(ref, options)).toMatchObject({ lifecycleState: "gone", code: "UKO_NOT_FOUND" });
    expect(await by("bob").continue(ref, named, options)).toMatchObject({ lifecycleState: "gone", exitCode: 0 });
    await expect(by("alice").request(ref, options)).rejects.toMatchObject({ code: "UKO_NOT_FOUND" });
    await expect(by("bob").withdraw(ref, options)).rejects.toMatchObject({ code: "UKO_NOT_FOUND" });
  });
});
