import { describe, expect, test } from "vitest";
import type { KeyRef } from "../../../provider/engine/ports/world.ts";
import { renderExplanation } from "../../../provider/engine/text/explanation.ts";
import type { ManagedKeyState } from "../../../provider/resources/managed-key/schema.ts";
import {
  approve,
  approveAndRequest,
  options,
  type Person,
  type PersonsRun,
  unfinished,
  useEngineWorld,
  withKeys,
} from "../harness.ts";

const uko = useEngineWorld();

const isCarol = ({ caller }: { readonly caller?: string | undefined }): boolean => caller === "IBMid-550000CAROL";

/** A key with a pending request to deactivate by the person. */
async function asked(by: Person = "bob", inputs = {}): Promise<{ state: ManagedKeyState; ref: KeyRef }> {
  const state = await uko.make(inputs);
  await unfinished(uko.run(by).handlers, state);
  await uko.advance("60s");
  return { state, ref: uko.ref(state.keyId) };
}

/** A key that Alice deactivated on Bob's request, more than 4 hours ago, and whose destruction she then requested. */
async function deactivated(): Promise<{ state: ManagedKeyState; ref: KeyRef }> {
  const { state, ref } = await asked();
  await approveAndRequest(uko.run("alice"), ref);
  await uko.advance("5h");
  return { state, ref };
}

describe("412: another writer changed the key between the read and the step", () => {
  test("reads and plans again: the record is void, and the message names the writer and the time", async () => {
    const { state, ref } = await asked();
    let isEdited = false;
    const alice = uko.run("alice", {
      wrap: withKeys((keys) => ({
        async act(...call) {
          if (!isEdited) await uko.test.as("carol").patch(state.keyId, { description: "edited" });
          isEdited = true;
          return keys.act(...call);
        },
      })),
    });
    const { code, explanation } = await approve(alice, ref);
    expect(code).toBe("UKO_VIEW_OUTDATED");
    expect(explanation.summary).toContain("IBMid-550000CAROL");
    expect((await uko.keyOf(state)).state).toBe("active");
    await uko.expectNobodyAlone({ isOutsider: isCarol });
  });

  test("of the ETag that the next read returns again ends the run, which names the ETag", async () => {
    const state = await uko.make();
    let sent = 0;
    const stale = async () => {
      sent += 1;
      return { kind: "stale" } as const;
    };
    const bob = uko.run("bob", { wrap: withKeys(() => ({ update: stale })) });
    await expect(bob.handlers.delete(state, options)).rejects.toMatchObject({ code: "UKO_RESPONSE_INVALID" });
    expect(sent).toBe(2);
  });

  test("of another ETag each time ends the run after a bounded number of rounds", async () => {
    const state = await uko.make();
    let sent = 0;
    const stale = async () => ({ kind: "stale" }) as const;
    const bob = uko.run("bob", {
      wrap: withKeys((keys) => ({
        update: stale,
        async read(...call) {
          const { value, ...response } = await keys.read(...call);
          sent += 1;
          return { ...response, value: value && { ...value, etag: `e-${sent}` } };
        },
      })),
    });
    await expect(bob.handlers.delete(state, options)).rejects.toMatchObject({ code: "UKO_CHANGED_MEANWHILE" });
  });
});

describe("lost responses", () => {
  test("of one call, repeated, are a fault and are not retried without limit", async () => {
    const { ref } = await asked();
    let sent = 0;
    const alice = uko.run("alice", {
      wrap: withKeys(() => ({
        async act() {
          sent += 1;
          return { kind: "lost", reason: "the service returned 502" } as const;
        },
      })),
    });
    await expect(approve(alice, ref)).rejects.toMatchObject({
      code: "UKO_RESPONSE_LOST",
      message: expect.stringContaining("502"),
    });
    expect(sent).toBe(4);
  });

  test("do not make another person's record of the same second this run's own", async () => {
    const state = await uko.make();
    const bob = uko.run("bob", {
      wrap: withKeys(() => ({
        async update() {
          await uko.run("carol").operations.request(uko.ref(state.keyId), undefined, options);
          return { kind: "lost", reason: "cut" } as const;
        },
      })),
    });
    const { code, message } = await unfinished(bob.handlers, state);
    expect(code).toBe("UKO_APPROVAL_PENDING");
    expect(message).toContain("Carol Example");
    expect(bob.evidence).toEqual([]);
  });

  test("do not make an older record of the caller the one that was lost", async () => {
    const { state } = await asked();
    await uko.advance("8d");
    await uko.fault({ operation: "updateManagedKey", drop: "before", times: 1 });
    const bob = uko.run("bob");
    await unfinished(bob.handlers, state);
    expect(bob.evidence.map(({ step }) => step)).toEqual(["write_record"]);
  });

  test("another writer's deactivation in the gap prevents destroying, and is not this run's step", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    const carol = uko.run("carol", {
      wrap: withKeys(() => ({
        async act() {
          const alice = uko.test.as("alice");
          await alice.call("POST", `/api/v4/managed_keys/${state.keyId}/deactivate`, undefined, {
            "if-match": (await alice.key(state.keyId)).headers.get("etag") ?? "",
          });
          await uko.advance("5h");
          return { kind: "lost", reason: "cut" } as const;
        },
      })),
    });
    const { code } = await unfinished(carol.handlers, state);
    expect(code).toBe("UKO_SEPARATE_RUN_NEEDED");
    expect(carol.evidence.map(({ step, phase }) => [step, phase])).toEqual([["deactivate", "before"]]);
  });

  test("a removal that took effect is reported as this run's, with its evidence", async () => {
    const { ref } = await deactivated();
    await approve(uko.run("bob"), ref);
    await uko.advance("31d");
    await uko.fault({ operation: "deleteManagedKey", drop: "after", times: 1 });
    const bob = uko.run("bob");
    const report = await bob.operations.continue(ref, undefined, { budgetMs: 0, pollIntervalMs: 1 }, options);
    expect(report).toMatchObject({ lifecycleState: "gone", taken: ["remove"] });
    expect(bob.evidence.map(({ step, phase }) => [step, phase])).toEqual([
      ["remove", "before"],
      ["remove", "after"],
    ]);
  });
});

describe("two writes in one second", () => {
  test("a step requires a read at least 2 s after the last write", async () => {
    const { state, ref } = await asked();
    uko.test.emulator.world.clock.set(Date.parse("2026-11-24T18:00:00.000Z"));
    uko.test.emulator.world.clock.tickMs = 0;
    // Bob requests again in this second, Alice reads in it, and Carol edits in it: one ETag for all three.
    await uko.run("carol").operations.withdraw(ref, options);
    await unfinished(uko.run("bob").handlers, state);
    const alice = uko.run("alice", {
      wrap: (world) => ({
        ...world,
        clock: {
          ...world.clock,
          async sleep(ms, signal) {
            await uko.test.as("carol").patch(state.keyId, { description: "edited in between" });
            await world.clock.sleep(ms, signal);
          },
        },
      }),
    });
    expect(await approve(alice, ref)).toMatchObject({ code: "UKO_VIEW_OUTDATED", taken: [] });
    expect((await uko.keyOf(state)).state).toBe("active");
    uko.test.emulator.world.clock.tickMs = 1000;
    await uko.expectNobodyAlone({ isOutsider: isCarol });
  });

  test("a record under an unchanged ETag is read once more after a second", async () => {
    const state = await uko.make();
    uko.test.emulator.world.clock.tickMs = 0;
    await uko.test.as("carol").patch(state.keyId, { description: "just now" });
    const sleeps: number[] = [];
    // The service's clock stands still, so the delayed write has the ETag of the one before it.
    const bob = uko.run("bob", {
      wrap: (world) => ({ ...world, clock: { ...world.clock, sleep: async (ms) => void sleeps.push(ms) } }),
    });
    const { code } = await unfinished(bob.handlers, state);
    uko.test.emulator.world.clock.tickMs = 1000;
    expect(code).toBe("UKO_APPROVAL_PENDING");
    expect(sleeps).toEqual([2000, 1000]);
  });
});

describe("reading a record back", () => {
  test("ends the run before any outage if the last writer is not the author", async () => {
    const state = await uko.make();
    const bob = uko.run("bob", {
      wrap: withKeys((keys) => ({
        async read(...call) {
          const response = await keys.read(...call);
          if (response.value === undefined) return response;
          const snapshot = { ...response.value.snapshot, updatedBy: "IBMid-550000SYSTEM" };
          return { ...response, value: { ...response.value, snapshot } };
        },
      })),
    });
    await expect(bob.handlers.delete(state, options)).rejects.toMatchObject({ code: "UKO_PERSONS_UNKNOWN" });
    expect((await uko.keyOf(state)).state).toBe("active");
  });

  test("plans again if another writer overwrote the record at once", async () => {
    const state = await uko.make();
    let isOver = false;
    const bob = uko.run("bob", {
      wrap: withKeys((keys) => ({
        async update(...call) {
          const written = await keys.update(...call);
          if (!isOver) await uko.test.as("carol").patch(state.keyId, { tags: [] });
          isOver = true;
          return written;
        },
      })),
    });
    const { code } = await unfinished(bob.handlers, state);
    expect(code).toBe("UKO_APPROVAL_PENDING");
    const { deletion } = await uko.run("alice").operations.status(uko.ref(state.keyId), options);
    expect(deletion).toMatchObject({ awaits: "approval", requestedBy: "IBMid-550000BOB" });
    // The location is not at fault, so the tag still carries the record.
    const { tags } = (await uko.test.as("carol").key(state.keyId)).body;
    expect(tags.map(({ name }) => name)).toContain("uko_deletion");
  });
});

describe("the location of the record", () => {
  const compact = /\n\[uko1b[dx][amn][0-9a-f]{80}\]$/;

  test.each(["dropped", "rejected"] as const)(
    "tags %s: the description carries the record, and four runs delete the key",
    async (tags) => {
      uko.reset({ tags });
      const { state, ref } = await asked("bob", { description: "Salaries" });
      const { description } = (await uko.test.as("carol").key(state.keyId)).body;
      expect(description).toMatch(compact);
      expect(description).toMatch(/^Salaries\n/);
      await approveAndRequest(uko.run("alice"), ref);
      await uko.advance("5h");
      await approve(uko.run("bob"), ref);
      await uko.advance("31d");
      expect(await uko.run("bob").handlers.delete(state, options)).toMatchObject({ kind: "ended" });
      await uko.expectNobodyAlone();
    },
  );

  test.each(["dropped", "rejected"] as const)(
    "tags %s, and no marker exists: the run tries the tag first",
    async (tags) => {
      const state = await uko.make({ dualAuthorization: "single" });
      const { keys } = uko.test.emulator.world;
      keys.get(state.keyId)?.tags.splice(0);
      keys.changed(state.keyId);
      Object.assign(uko.test.emulator.world.switches, { tags });
      const { code } = await unfinished(uko.run("bob", { leastPeople: "destroy" }).handlers, state);
      expect(code).toBe("UKO_APPROVAL_PENDING");
      expect((await uko.test.as("carol").key(state.keyId)).body.description).toMatch(compact);
    },
  );

  test("neither is kept: refused before the outage, and the user's description is unchanged", async () => {
    uko.reset({ tags: "dropped", description: "collapsed" });
    const state = await uko.make({ description: "Salaries" });
    for (const _again of [1, 2]) {
      const { code } = await unfinished(uko.run("bob").handlers, state);
      expect(code).toBe("UKO_RECORD_NOT_KEPT");
    }
    expect((await uko.test.as("carol").key(state.keyId)).body).toMatchObject({
      state: "active",
      description: "Salaries",
    });
  });

  test("the description is full: refused before the outage, with the reason", async () => {
    uko.reset({ tags: "rejected" });
    const state = await uko.make({ description: "x".repeat(111), dualAuthorization: "required" });
    const { code, message } = await unfinished(uko.run("bob").handlers, state);
    expect(code).toBe("UKO_RECORD_NOT_KEPT");
    expect(message).toContain("110 characters");
    expect((await uko.keyOf(state)).state).toBe("active");
  });

  test("the user's own tags are unchanged", async () => {
    const { state } = await asked("bob", { tags: { team: "people" } });
    const { tags } = (await uko.test.as("carol").key(state.keyId)).body;
    expect(tags).toContainEqual({ name: "team", value: "people" });
    expect(tags.map(({ name }) => name)).toContain("uko_deletion");
  });
});

describe("a missing role stops the run, which writes nothing", () => {
  async function denied(run: PersonsRun, state: ManagedKeyState): Promise<string> {
    const seq = await uko.lastSeq();
    const { code, message } = await unfinished(run.handlers, state);
    expect(code, message).toBe("UKO_RIGHTS_MISSING");
    expect(await uko.effects(seq)).toEqual([]);
    return message;
  }

  async function deniedApproval(who: Person, ref: KeyRef): Promise<string> {
    const seq = await uko.lastSeq();
    const { code, explanation } = await approve(uko.run(who), ref);
    const message = renderExplanation(explanation);
    expect(code, message).toBe("UKO_RIGHTS_MISSING");
    expect(await uko.effects(seq)).toEqual([]);
    return message;
  }

  test("write the record", async () => {
    const state = await uko.make();
    expect(await denied(uko.run("erin"), state)).toContain("write-tags");
  });

  test("deactivate: the approver learns how to store the approval instead", async () => {
    const { ref } = await asked("alice");
    const message = await deniedApproval("bob", ref);
    expect(message).toContain("uko approve payroll --store");
    expect(message).toContain("Key Custodian - Deployer");
  });

  test("deactivate on an approval: the message says that the requester requires the role", async () => {
    const { state, ref } = await asked("bob");
    await approve(uko.run("alice"), ref, { stores: true });
    await uko.advance("60s");
    const message = await denied(uko.run("bob"), state);
    expect(message).not.toContain("uko approve");
    expect(message).toContain("so only your run can take the step, and it needs this right.");
    expect(message).toContain("A person with this right then approves without --store, and their run takes the step.");
    expect(message).toMatch(/Next: to start over, run:\n +uko withdraw /);
  });

  test("destroy", async () => {
    const { ref } = await deactivated();
    await uko.run("carol").operations.withdraw(ref, options);
    await uko.run("bob").operations.request(ref, undefined, options);
    await uko.advance("60s");
    expect(await deniedApproval("alice", ref)).toContain("Vault Administrator");
  });

  test("an unknown deactivation time does not count as a cool-down for destroy", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    await uko.test.as("carol").step(state.keyId, "deactivate");
    expect(await denied(uko.run("alice"), state)).toContain("Vault Administrator");
  });

  test("remove", async () => {
    const { state, ref } = await deactivated();
    await approve(uko.run("bob"), ref);
    await uko.advance("31d");
    expect(await denied(uko.run("alice"), state)).toContain("Vault Administrator");
  });
});

describe("a canceled run", () => {
  test("does nothing if it is canceled before its first call", async () => {
    const state = await uko.make();
    const seq = await uko.lastSeq();
    const stopped = { signal: AbortSignal.abort() };
    await expect(uko.run("bob").handlers.delete(state, stopped)).rejects.toMatchObject({ code: "UKO_CANCELED" });
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("keeps the first step if it is canceled between two steps", async () => {
    const { state, ref } = await asked();
    await uko.test.control(`keys/${state.keyId}`, { backingKey: { dualAuthDelete: true } });
    const stop = new AbortController();
    const alice = uko.run("alice", {
      wrap: (world) => ({
        ...world,
        backingKeys: {
          ...world.backingKeys,
          async setForDeletion(...call) {
            const written = await world.backingKeys.setForDeletion(...call);
            stop.abort();
            return written;
          },
        },
      }),
    });
    const seq = await uko.lastSeq();
    await expect(approve(alice, ref, {}, stop.signal)).rejects.toMatchObject({ code: "UKO_CANCELED" });
    expect(await uko.effects(seq)).toEqual(["setKeyForDeletion"]);
    expect((await uko.keyOf(state)).state).toBe("active");
  });
});
