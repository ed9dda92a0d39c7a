import { describe, expect, it } from "vitest";
import type { Permitted, World } from "../../../provider/engine/ports/world.ts";
import { renderExplanation } from "../../../provider/engine/text/explanation.ts";
import { kmsWindowMs } from "../../../provider/lifecycle/key/kms-window.ts";
import type { KmsKeyState } from "../../../provider/resources/kms-key/schema.ts";
import { codeOf, options, type Person, type RunChoices, useEngineWorld } from "../harness.ts";
import { approveKms, kmsRun, kmsView, makeKmsKey, requestKms, unfinishedKms } from "../kms-stage.ts";

const stage = useEngineWorld();

const destroyBy = (who: Person, state: KmsKeyState, choices: RunChoices = {}) => {
  const run = kmsRun(stage, who, choices);
  return { ...run, outcome: () => run.handlers.delete(state, options), wait: () => unfinishedKms(run.handlers, state) };
};
const stateOf = async (keyId: string): Promise<unknown> => (await kmsView(stage, keyId)).state;

const approveBy = (who: Person, state: KmsKeyState, choices: RunChoices = {}) => {
  const run = kmsRun(stage, who, choices);
  return { ...run, report: () => approveKms(stage, run, state.keyId) };
};
const windowOf = async (keyId: string): Promise<unknown> => {
  const { dualAuthDelete } = await kmsView(stage, keyId);
  return dualAuthDelete.keySetForDeletion === true ? dualAuthDelete.authExpiration : undefined;
};

describe("two people delete a KMS key", () => {
  it("the first sets the window, the second approves and destroys, and the evidence has both", async () => {
    const state = await makeKmsKey(stage);
    const first = kmsRun(stage, "alice");
    const requested = await requestKms(stage, first, state.keyId);
    expect(requested).toMatchObject({ exitCode: 0, code: "UKO_APPROVAL_PENDING", taken: ["set_for_deletion"] });
    expect(requested.explanation.facts.join("\n")).toContain("You set the key for deletion on");
    expect(first.evidence.map(({ step, phase }) => `${step} ${phase}`)).toEqual([
      "set_for_deletion before",
      "set_for_deletion after",
    ]);
    const window = `${state.keyId}@${String(await windowOf(state.keyId))}`;

    const second = approveBy("bob", state);
    expect(await second.report()).toMatchObject({ exitCode: 0, lifecycleState: "destroyed", taken: ["destroy"] });
    expect(await stateOf(state.keyId)).toBe(5);
    expect(second.evidence).toMatchObject([
      { resource: "kms_key", keyId: state.keyId, step: "destroy", phase: "before", from: "active", to: "destroyed" },
      { phase: "after", allowedBy: { id: window } },
    ]);
    expect(await destroyBy("alice", state).outcome()).toMatchObject({
      kind: "ended",
      warnings: [
        expect.stringMatching(
          /destroyed and leaves the state\n.*BOB approved the deletion and destroyed the key.*\n.*24 Dec 2026.*restoreTrigger/,
        ),
      ],
      facts: { lifecycleState: "destroyed", taken: [] },
    });
  });

  it("no person's run of an engine opens a window or uses one", async () => {
    const state = await makeKmsKey(stage);
    const before = await stage.lastSeq();
    for (const who of ["alice", "bob", "carol", "dave", "pipeline"] as const) {
      const { code, message, facts } = await destroyBy(who, state).wait();
      expect(code).toBe("UKO_REQUEST_PENDING");
      expect(facts).toMatchObject({ lifecycleState: "pending_request", awaits: "request", taken: [] });
      expect(message).toContain(`uko request kms/${state.keyId}`);
    }
    expect(await stage.effects(before)).toEqual([]);
    await requestKms(stage, kmsRun(stage, "alice"), state.keyId);
    const requested = await stage.lastSeq();
    for (const who of ["alice", "bob", "carol", "dave", "pipeline"] as const) {
      const { code, message } = await destroyBy(who, state).wait();
      expect(code).toBe("UKO_APPROVAL_PENDING");
      expect(message).toContain(`uko approve kms/${state.keyId}`);
    }
    expect(await stage.effects(requested)).toEqual([]);
    expect(await stateOf(state.keyId)).toBe(1);
  });

  it("the same person twice changes nothing, directly or through a trusted profile", async () => {
    const state = await makeKmsKey(stage, {}, "carol");
    await requestKms(stage, kmsRun(stage, "bob"), state.keyId);
    const before = await stage.lastSeq();
    expect(await approveBy("bob", state).report()).toMatchObject({ code: "UKO_SERVICE_REFUSED", taken: [] });
    await expect(approveBy("dave", state).report()).rejects.toThrow("Nothing to approve");
    await expect(approveBy("pipeline", state).report()).rejects.toThrow("Nothing to approve");
    expect((await destroyBy("dave", state).wait()).message).toContain("is using a trusted profile");
    expect((await destroyBy("pipeline", state).wait()).message).toContain("is not a person");
    expect(await stateOf(state.keyId)).toBe(1);
    expect(await stage.effects(before)).toEqual([]);
  });

  it("KMS decides if its policy was changed to two people after the key was made", async () => {
    const state = await makeKmsKey(stage);
    await requestKms(stage, kmsRun(stage, "bob"), state.keyId);
    const again = await approveBy("bob", state).report();
    expect(again.code).toBe("UKO_SERVICE_REFUSED");
    expect(again.explanation.summary).toContain("KMS requires another person to destroy");
    expect(await stateOf(state.keyId)).toBe(1);
  });

  it("a repeated request does not move the window", async () => {
    const state = await makeKmsKey(stage);
    await requestKms(stage, kmsRun(stage, "alice"), state.keyId);
    const window = await windowOf(state.keyId);
    await stage.advance("3d");
    for (const who of ["alice", "bob", "carol"] as const) {
      expect(await requestKms(stage, kmsRun(stage, who), state.keyId)).toMatchObject({ taken: [] });
      expect(await windowOf(state.keyId)).toBe(window);
    }
  });

  it("an expired window can be opened again, and a confirmation of the old one does not count", async () => {
    const state = await makeKmsKey(stage);
    const ref = { instanceId: state.instanceId, kmsKeyId: state.keyId };
    const bob = kmsRun(stage, "bob").operations;
    await requestKms(stage, kmsRun(stage, "alice"), state.keyId);
    const shown = (await bob.inspect(ref, options))?.window ?? "";
    await stage.advance("7d");
    expect(await bob.approve(ref, shown, options)).toMatchObject({ code: "UKO_REQUEST_PENDING", taken: [] });
    await requestKms(stage, kmsRun(stage, "carol"), state.keyId);
    expect(await bob.approve(ref, shown, options)).toMatchObject({ code: "UKO_APPROVAL_PENDING", taken: [] });
    expect(await stateOf(state.keyId)).toBe(1);
    expect(await approveBy("bob", state).report()).toMatchObject({ exitCode: 0, taken: ["destroy"] });
  });

  it("a missing role is reported with the role and the person who can continue", async () => {
    const state = await makeKmsKey(stage);
    await requestKms(stage, kmsRun(stage, "carol"), state.keyId);
    const denied = await approveBy("alice", state).report();
    expect(denied.code).toBe("UKO_RIGHTS_MISSING");
    expect(renderExplanation(denied.explanation)).toMatch(/cannot destroy KMS key "backup".*\n.*role KMS Manager/);
    // A reader cannot list keystores, so whether the key belongs to one is unknown.
    expect((await destroyBy("erin", await makeKmsKey(stage)).wait()).code).toBe("UKO_KMS_KEY_IS_BACKING_KEY");
  });

  it("with the goal removed the key remains in state until KMS no longer returns it", async () => {
    const state = await makeKmsKey(stage, { deletionCompletesAt: "removed" });
    await requestKms(stage, kmsRun(stage, "alice"), state.keyId);
    await approveBy("bob", state).report();
    const waiting = await destroyBy("bob", state).wait();
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
    expect((await destroyBy("bob", single, { leastPeople: "destroy" }).wait()).code).toBe(
      "UKO_KMS_DUAL_AUTHORIZATION_OFF",
    );
    expect(await stateOf(single.keyId)).toBe(1);
    expect(await destroyBy("pipeline", single).outcome()).toMatchObject({ kind: "ended" });
  });

  it("never deletes a managed key's backing key without the managed key", async () => {
    const managed = await stage.test.keyIn("active");
    const backingKey = await stage.test.backingKeyOf(managed);
    const own = await makeKmsKey(stage, { dualAuthorization: "single" });
    const before = await stage.lastSeq();
    const { code, message } = await destroyBy("bob", { ...own, keyId: backingKey.id }).wait();
    expect(code).toBe("UKO_KMS_KEY_IS_BACKING_KEY");
    expect(message).toContain("a managed key depends on it");
    expect(await stage.effects(before)).toEqual([]);
  });

  it("is refused while a state names another instance, and under deletion protection", async () => {
    const state = await makeKmsKey(stage, { deletionProtection: true });
    expect((await destroyBy("bob", state).wait()).code).toBe("UKO_DELETION_PROTECTED");
    const foreign = { ...state, instanceId: "22222222-2222-4222-8222-222222222222" };
    expect(await codeOf(destroyBy("bob", foreign).outcome())).toBe("UKO_INSTANCE_MISMATCH");
  });
});

describe("a lost response", () => {
  /** Sends the call and loses its response, or loses the call itself. */
  const losingResponse = (name: "setForDeletion" | "destroy" | "unsetForDeletion", isSent: boolean) => {
    let isLost = false;
    const losing =
      <Args extends unknown[]>(send: (...args: Args) => Promise<Permitted<undefined>>) =>
      async (...args: Args): Promise<Permitted<undefined>> => {
        if (isLost) return send(...args);
        isLost = true;
        if (isSent) await send(...args);
        return { kind: "lost", reason: "connection reset" };
      };
    return (world: World): World => {
      const { setForDeletion, destroy, unsetForDeletion } = world.kmsKeys;
      const calls = {
        setForDeletion: losing(setForDeletion),
        destroy: losing(destroy),
        unsetForDeletion: losing(unsetForDeletion),
      };
      return { ...world, kmsKeys: { ...world.kmsKeys, [name]: calls[name] } };
    };
  };

  it.each([true, false])("to the first step leads to a read, never to a second person (sent: %s)", async (isSent) => {
    const state = await makeKmsKey(stage);
    const run = kmsRun(stage, "carol", { wrap: losingResponse("setForDeletion", isSent) });
    const { code, explanation } = await requestKms(stage, run, state.keyId);
    expect(code).toBe("UKO_APPROVAL_PENDING");
    expect(explanation.facts.join("\n")).toContain("You set the key for deletion");
    expect(run.evidence.at(-1)).toMatchObject({ step: "set_for_deletion", phase: "after" });
  });

  it.each([true, false])("to the destruction leads to a read (sent: %s)", async (isSent) => {
    const state = await makeKmsKey(stage);
    await requestKms(stage, kmsRun(stage, "alice"), state.keyId);
    const run = approveBy("bob", state, { wrap: losingResponse("destroy", isSent) });
    expect(await run.report()).toMatchObject({ exitCode: 0, taken: ["destroy"] });
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
            const response = await world.kmsKeys.read(ref, callOptions);
            if (!isLost || response.value === undefined) return response;
            const windowEndsAtMs = response.serviceTimeMs - agoMs + kmsWindowMs;
            return { ...response, value: { ...response.value, windowEndsAtMs } };
          },
        },
      };
    };
    const run = kmsRun(stage, "alice", { wrap });
    expect((await requestKms(stage, run, state.keyId)).code).toBe("UKO_APPROVAL_PENDING");
    const steps = run.evidence.map(({ step, phase }) => `${step} ${phase}`);
    expect(steps).toEqual(["set_for_deletion before", ...after]);
  });

  it("to each call is a fault, and the key is unchanged", async () => {
    const state = await makeKmsKey(stage);
    const wrap = (world: World): World => ({
      ...world,
      kmsKeys: { ...world.kmsKeys, setForDeletion: async () => ({ kind: "lost", reason: "reset" }) },
    });
    expect(await codeOf(requestKms(stage, kmsRun(stage, "alice", { wrap }), state.keyId))).toBe("UKO_RESPONSE_LOST");
  });
});

describe("by command", () => {
  const refOf = ({ instanceId, keyId }: KmsKeyState) => ({ instanceId, kmsKeyId: keyId });

  it("status, request, withdraw, continue and approve do the same without a state", async () => {
    const state = await makeKmsKey(stage);
    const ref = refOf(state);
    const by = (who: Person) => kmsRun(stage, who).operations;
    const untouched = await by("alice").status(ref, options);
    expect(untouched).toMatchObject({ exitCode: 0, lifecycleState: "active", taken: [] });
    expect(untouched.deletion).toEqual({});
    expect(untouched.explanation.summary).toContain("is not set for deletion");
    expect(await by("bob").continue(ref, options)).toMatchObject({
      code: "UKO_REQUEST_PENDING",
      lifecycleState: "pending_request",
      deletion: { awaits: "request" },
    });
    expect(await by("alice").request(ref, options)).toMatchObject({
      exitCode: 0,
      lifecycleState: "pending_approval",
      taken: ["set_for_deletion"],
      deletion: { requestedBy: "IBMid-550000ALICE", requestedByName: "Alice Example" },
    });
    const pending = await by("bob").status(ref, options);
    const deletion = { awaits: "approval", neededRoles: ["KMS Manager"] };
    expect(pending).toMatchObject({ exitCode: 0, lifecycleState: "pending_approval", deletion });
    expect(pending).not.toHaveProperty("code");
    expect(await by("carol").withdraw(ref, options)).toMatchObject({ exitCode: 0, taken: ["unset_for_deletion"] });
    expect((await kmsView(stage, state.keyId)).dualAuthDelete.keySetForDeletion).toBe(false);
    expect(await by("carol").withdraw(ref, options)).toMatchObject({ exitCode: 0, taken: [] });

    const secondRequest = await by("alice").request(ref, options);
    expect(await by("bob").continue(ref, options)).toMatchObject({ code: "UKO_APPROVAL_PENDING", taken: [] });
    const window = (await by("bob").inspect(ref, options))?.window ?? "";
    expect(secondRequest.deletion.recordId).toBe(window);
    const approved = await by("bob").approve(ref, window, options);
    expect(approved).toMatchObject({ exitCode: 0, taken: ["destroy"], deletion: { approvedBy: "IBMid-550000BOB" } });
    expect(approved.explanation.facts.join("\n")).toContain(
      "IBMid-550000BOB approved the deletion and destroyed the key",
    );
    expect(await by("bob").withdraw(ref, options)).toMatchObject({ code: "UKO_ALREADY_DESTROYED" });
    await stage.advance("100d");
    expect(await by("bob").status(ref, options)).toMatchObject({ lifecycleState: "gone", code: "UKO_NOT_FOUND" });
    expect(await by("bob").continue(ref, options)).toMatchObject({ lifecycleState: "gone", exitCode: 0 });
    await expect(by("alice").request(ref, options)).rejects.toMatchObject({ code: "UKO_NOT_FOUND" });
    await expect(by("bob").withdraw(ref, options)).rejects.toMatchObject({ code: "UKO_NOT_FOUND" });
  });
});
