/** The loop around the deletion of a container: lost responses, concurrent writes, refusals, and proof of deletion. */

import { describe, expect, test } from "vitest";
import { type ContainerTask, containerKind } from "../../../provider/engine/container/kind.ts";
import { observeContainer } from "../../../provider/engine/container/observe.ts";
import { converge } from "../../../provider/engine/loop/converge.ts";
import type { ContainerRef } from "../../../provider/engine/ports/containers.ts";
import type { CallOptions, Permitted, World } from "../../../provider/engine/ports/world.ts";
import { UkoError } from "../../../provider/errors.ts";
import { certainSteps } from "../../../provider/lifecycle/vocabulary/steps-taken.ts";
import { vaultId } from "../../emulator/harness.ts";
import { aKmsSnapshot } from "../../support/kms-builders.ts";
import { codeOf, type EngineWorld, options, useEngineWorld } from "../harness.ts";

const uko = useEngineWorld();

const templateId = "7e110000-0000-4000-8000-000000000003";
const keystoreId = "ce110000-0000-4000-8000-000000000001";
const refTo = (kind: ContainerRef["kind"], id: string): ContainerRef => ({
  kind,
  instanceId: uko.test.emulator.instanceId,
  vaultId,
  id,
});
const policy = { deletionProtection: false };

/** The outcome, and for a deleted container whether this run deleted it. */
async function endContainer(world: World, task: ContainerTask, callOptions: CallOptions) {
  const outcome = await converge(world, containerKind, task, callOptions);
  if (outcome.kind !== "gone") return outcome;
  return { kind: "gone", isDeletedHere: certainSteps(outcome.memory.run).length > 0 } as const;
}

type Answer = Permitted<undefined>;

/** Answers to the deletions of a template in order; `undefined` passes the call to the service. */
function ending(...responses: readonly (Answer | "done, but lost" | undefined)[]) {
  const sent: string[] = [];
  const wrap = (world: World): World => ({
    ...world,
    templates: {
      ...world.templates,
      async remove(permit, callOptions) {
        const response = responses[sent.length];
        sent.push(permit.subject.etag ?? "");
        if (response !== undefined && response !== "done, but lost") return response;
        const written = await world.templates.remove(permit, callOptions);
        return response === undefined ? written : { kind: "lost", reason: "reset" };
      },
    },
  });
  const run = uko.run("bob", { wrap });
  const end = () => endContainer(run.world, { ref: refTo("template", templateId), policy }, options);
  return { run, sent, end };
}
const lost: Answer = { kind: "lost", reason: "reset" };
const phases = (run: ReturnType<EngineWorld["run"]>) => run.evidence.map(({ phase }) => phase);

/** A run of Bob in which `by` stands in for the removal of a template, and may call it. */
const removingBy = (by: (remove: () => Promise<Answer>) => Promise<Answer>) =>
  uko.run("bob", {
    wrap: (world) => ({
      ...world,
      templates: { ...world.templates, remove: (...call) => by(() => world.templates.remove(...call)) },
    }),
  });

describe("the loop", () => {
  test("counts an effect without a response as its own, and writes the evidence", async () => {
    const { run, sent, end } = ending("done, but lost");
    expect(await end()).toEqual({ kind: "gone", isDeletedHere: true });
    expect(sent).toHaveLength(1);
    expect(phases(run)).toEqual(["before", "after"]);
  });

  test("reads again after a call that was lost before its effect", async () => {
    const { sent, end } = ending(lost, lost, undefined);
    expect(await end()).toEqual({ kind: "gone", isDeletedHere: true });
    expect(sent).toHaveLength(3);
  });

  test("counts an effect that appears only after another call as its own", async () => {
    let isFirst = true;
    const notFound: Answer = { kind: "refused", status: 404, message: "not found", correlationId: "c" };
    const run = removingBy(async (remove) => {
      if (!isFirst) return remove().then(() => notFound);
      isFirst = false;
      return lost;
    });
    const outcome = await endContainer(run.world, { ref: refTo("template", templateId), policy }, options);
    expect(outcome).toEqual({ kind: "gone", isDeletedHere: true });
    expect(phases(run)).toEqual(["before", "before", "after"]);
  });

  test("gives up after a bounded number of lost responses", async () => {
    expect(await codeOf(ending(lost, lost, lost, lost).end())).toBe("UKO_RESPONSE_LOST");
  });

  test("reads again before it gives up, so that the effect of the last call counts", async () => {
    const { run, end } = ending(lost, lost, lost, "done, but lost");
    expect(await end()).toEqual({ kind: "gone", isDeletedHere: true });
    expect(phases(run).at(-1)).toBe("after");
  });

  test("reads again after a concurrent write, a bounded number of times", async () => {
    const stale: Answer = { kind: "stale" };
    expect(await ending(stale, stale, undefined).end()).toEqual({ kind: "gone", isDeletedHere: true });
    uko.reset();
    expect(await codeOf(ending(...Array.from({ length: 20 }, () => stale)).end())).toBe("UKO_CHANGED_MEANWHILE");
  });

  test("does not repeat a refused call, and reads again before it explains the refusal", async () => {
    const refusal: Answer = { kind: "refused", status: 409, message: "not empty", correlationId: "c" };
    const { run, sent, end } = ending(refusal);
    expect(await end()).toMatchObject({
      kind: "stopped",
      plan: { guard: { guard: "service_refused", message: "not empty" } },
    });
    expect(sent).toHaveLength(1);
    expect(phases(run)).toEqual(["before", "settled"]);
  });

  test("explains a refusal by the objects created in the meantime", async () => {
    const run = removingBy(async (remove) => {
      await uko.make({ template: "cards", label: "meanwhile" });
      return remove();
    });
    const outcome = await endContainer(run.world, { ref: refTo("template", templateId), policy }, options);
    expect(outcome).toMatchObject({
      plan: { guard: { guard: "holds_keys", keys: [{ label: "meanwhile", state: "active" }] } },
    });
  });

  test("ends without claiming the deletion if another writer deleted the container", async () => {
    const notFound: Answer = { kind: "refused", status: 404, message: "not found", correlationId: "c" };
    const run = removingBy(async (remove) => {
      await remove();
      return notFound;
    });
    const outcome = await endContainer(run.world, { ref: refTo("template", templateId), policy }, options);
    expect(outcome).toEqual({ kind: "gone", isDeletedHere: false });
    expect(phases(run)).toEqual(["before", "settled"]);
  });

  test("deletes nothing if it cannot write the evidence", async () => {
    const { run, sent } = ending();
    const world: World = {
      ...run.world,
      evidence: {
        open: async () => {},
        append: async () => {
          throw new UkoError("UKO_EVIDENCE_UNWRITABLE");
        },
      },
    };
    const call = endContainer(world, { ref: refTo("template", templateId), policy }, options);
    expect(await codeOf(call)).toBe("UKO_EVIDENCE_UNWRITABLE");
    expect(sent).toEqual([]);
  });

  test("stops at once when it is canceled", async () => {
    const { run, sent } = ending();
    const stopped = AbortSignal.abort();
    const call = endContainer(run.world, { ref: refTo("template", templateId), policy }, { signal: stopped });
    expect(await codeOf(call)).toBe("UKO_CANCELED");
    expect(sent).toEqual([]);
  });
});

describe("an observation", () => {
  const observe = (world: World, ref: ContainerRef, wasSeen = false) => observeContainer(world, ref, wasSeen, options);
  const withoutProof = (world: World): World => ({
    ...world,
    session: { ...world.session, isInstanceProven: async () => false },
  });

  test("counts a keystore's keys by reference, and destroyed keys by the material it may still hold", async () => {
    const { world } = uko.run("bob");
    const keys = (await world.keys.list({ vaultId }, options)).length;
    expect(keys).toBe(0);
    const state = await uko.make({ label: "salaries" });
    const [key] = await world.keys.list({ vaultId }, options);
    if (key === undefined) throw new Error("The key is not listed.");
    const status = {
      ...key.storedStatus[0],
      keystoreId,
      status: "pending_destruction",
    } as (typeof key.storedStatus)[number];
    const left = { ...key, referencedKeystores: [], storedStatus: [status] };
    const seeing = async (over: object) => {
      const listed: World = { ...world, keys: { ...world.keys, list: async () => [{ ...left, ...over }] } };
      const sighting = await observe(listed, refTo("keystore", keystoreId));
      return sighting.kind === "present" && sighting.observation.keys.kind === "known"
        ? sighting.observation.keys.items
        : undefined;
    };
    const { destructionAtMs: _untold, ...undated } = status;
    const held = { vaultId, keyId: state.keyId, label: "salaries", state: "destroyed" };
    expect(await seeing({ stateWord: "active" })).toEqual([]);
    expect(await seeing({ stateWord: "destroyed", storedStatus: [undated] })).toEqual([{ ...held, pending: {} }]);
    expect(await seeing({ stateWord: "destroyed", storedStatus: [{ ...status, destructionAtMs: 5 }] })).toEqual([
      { ...held, pending: { untilMs: 5 } },
    ]);
    expect(await seeing({ stateWord: "destroyed", storedStatus: [{ ...status, status: "not_present" }] })).toEqual([]);
    expect(await seeing({ stateWord: "new", referencedKeystores: key.referencedKeystores })).toMatchObject([
      { state: "unrecognized" },
    ]);
  });

  test("explains why a list is unreadable, and throws a fault", async () => {
    const failing = (code: "UKO_RIGHTS_MISSING" | "UKO_ACCESS_DENIED" | "UKO_SERVICE_UNAVAILABLE"): World => {
      const { world } = uko.run("bob");
      return {
        ...world,
        keys: {
          ...world.keys,
          list: async () => {
            throw new UkoError(code, { summary: "No" });
          },
        },
      };
    };
    for (const code of ["UKO_RIGHTS_MISSING", "UKO_ACCESS_DENIED"] as const) {
      expect(await observe(failing(code), refTo("template", templateId))).toMatchObject({
        observation: { keys: { kind: "unreadable", reason: "No." } },
      });
    }
    expect(await codeOf(observe(failing("UKO_SERVICE_UNAVAILABLE"), refTo("template", templateId)))).toBe(
      "UKO_SERVICE_UNAVAILABLE",
    );
  });

  test("of a ring without a name has the metadata in rings that have only destroyed keys", async () => {
    const { world } = uko.run("bob");
    const aKey = (kmsKeyId: string, ring: string, state: number) => aKmsSnapshot({ kmsKeyId, ring, state });
    const list = async () => [
      aKey("kept", "a", 5),
      aKey("old", "b", 5),
      aKey("living", "b", 1),
      aKey("x", "default", 5),
    ];
    const withKeys: World = { ...world, kmsKeys: { ...world.kmsKeys, list } };
    expect(await observe(withKeys, refTo("keystore", keystoreId))).toMatchObject({
      observation: { ring: { kind: "unnamed", candidates: [{ kmsKeyId: "kept", isDestroyed: true }] } },
    });
  });

  test("reports a deleted template only if its vault is readable or the instance is proven", async () => {
    const { world } = uko.run("bob");
    const ref = refTo("template", templateId);
    uko.test.emulator.world.templates.delete(templateId);
    expect(await observe(withoutProof(world), ref)).toEqual({ kind: "gone" });
    const silent: World = {
      ...withoutProof(world),
      containers: { ...world.containers, vaultExists: async () => "unknown" },
    };
    expect(await codeOf(observe(silent, ref))).toBe("UKO_GONE_UNPROVEN");
    const vaultless: World = {
      ...withoutProof(world),
      containers: { ...world.containers, vaultExists: async () => "not_found" },
    };
    expect(await codeOf(observe(vaultless, ref))).toBe("UKO_GONE_UNPROVEN");
    const proven: World = { ...vaultless, session: { ...world.session, isInstanceProven: async () => true } };
    expect(await observe(proven, ref)).toEqual({ kind: "gone" });
  });

  test("reports a deleted vault only if this run read it before or the instance is proven", async () => {
    const { world } = uko.run("bob");
    uko.test.emulator.world.vaults.delete(vaultId);
    const ref = refTo("vault", vaultId);
    expect(await codeOf(observe(withoutProof(world), ref))).toBe("UKO_GONE_UNPROVEN");
    expect(await observe(withoutProof(world), ref, true)).toEqual({ kind: "gone" });
  });

  test("does not confuse a template with another vault's template", async () => {
    const { world } = uko.run("bob");
    const other = { ...refTo("template", templateId), vaultId: "5c1e0000-0000-4000-8000-0000000000ff" };
    expect(await codeOf(observe(withoutProof(world), other))).toBe("UKO_NOT_FOUND");
  });

  test("leaves archived, shadow and system templates out of a vault's contents", async () => {
    const { world } = uko.run("bob");
    const seeing: World = {
      ...world,
      templates: {
        ...world.templates,
        async list(filter, callOptions) {
          const [one, two, three, four] = await world.templates.list(filter, callOptions);
          if (one === undefined || two === undefined || three === undefined || four === undefined) return [];
          return [{ ...one, isArchived: true }, { ...two, types: ["shadow"] }, { ...three, types: ["system"] }, four];
        },
      },
    };
    const sighting = await observe(seeing, refTo("vault", vaultId));
    expect(sighting).toMatchObject({
      observation: { containers: { items: [{ kind: "keystore" }, { kind: "keystore" }, { kind: "template" }] } },
    });
  });
});
