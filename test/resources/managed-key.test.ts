/** Creating, adopting, reading and updating a managed key, call by call. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Keys, World } from "../../provider/engine/ports.ts";
import type { ManagedKeyState } from "../../provider/resources/index.ts";
import {
  checked,
  codeOf,
  consentIn,
  type EngineWorld,
  inputsOf,
  options,
  type Person,
  type RunChoices,
  startEngineWorld,
  unfinished,
} from "../engine/harness.ts";

let uko: EngineWorld;
beforeAll(async () => {
  uko = await startEngineWorld();
});
afterAll(() => uko.test.close());
beforeEach(() => uko.reset());

type Over = Readonly<Record<string, unknown>>;

const withKeys =
  (over: (keys: Keys) => Partial<Keys>) =>
  (world: World): World => ({
    ...world,
    keys: { ...world.keys, ...over(world.keys) },
  });

const keyOf = async (state: ManagedKeyState) => (await uko.test.as("carol").key(state.keyId)).body;
const tagNames = async (state: ManagedKeyState) => (await keyOf(state)).tags.map(({ name }) => name).sort();
const lastSeq = async (): Promise<number> => (await uko.trail()).at(-1)?.seq ?? 0;

function create(over: Over = {}, who: Person = "bob", choices: RunChoices = {}) {
  const { handlers } = uko.run(who, choices);
  return handlers.create(checked(handlers, inputsOf(over)), options);
}

function update(state: ManagedKeyState, over: Over, who: Person = "carol", choices: RunChoices = {}) {
  const { handlers } = uko.run(who, choices);
  return handlers.update(state, checked(handlers, inputsOf(over)), options);
}

/** Every call to UKO's keys since a sequence number, reads included. */
async function calls(since: number): Promise<readonly string[]> {
  return (await uko.trail())
    .filter(({ seq, operation }) => seq > since && operation.startsWith("K"))
    .map(({ operation }) => operation);
}

describe("creating a key", () => {
  test("is one POST and nothing else", async () => {
    const seq = await lastSeq();
    const { id, state, warnings } = await create({ description: "Salaries", tags: { team: "people" } });
    expect(await calls(seq)).toEqual(["K2"]);
    expect(warnings).toEqual([]);
    expect(id).toBe(`${state.vaultId}/${state.keyId}`);
    expect(state).toMatchObject({
      label: "payroll",
      description: "Salaries",
      tags: { team: "people" },
      keyState: "active",
      lifecycleState: "active",
      instanceId: uko.test.emulator.instanceId,
      version: 1,
      keystores: [{ name: "payroll-ring", status: "active", syncFlag: "ok" }],
    });
  });

  test("with dates takes one PATCH more", async () => {
    const seq = await lastSeq();
    const { state } = await create({ expirationDate: "2030-01-31" });
    expect(await calls(seq)).toEqual(["K2", "K4"]);
    expect(state.expirationDate).toBe("2030-01-31");
  });

  test("marks it as needing two people, hidden from its tags", async () => {
    const { state } = await create();
    expect(await tagNames(state)).toEqual(["uko_created", "uko_dual"]);
    expect(state).not.toHaveProperty("tags");
    const alone = await create({ label: "alone", dualAuthorization: "single" });
    expect(await tagNames(alone.state)).toEqual(["uko_created"]);
    const tightened = await create({ label: "tight", dualAuthorization: "single" }, "bob", { isDualRequired: true });
    expect(await tagNames(tightened.state)).toEqual(["uko_created", "uko_dual"]);
  });

  test.each(["dropped", "rejected"] as const)("tags %s: the marker ends the description, hidden", async (tags) => {
    uko.reset({ tags });
    const { state, warnings } = await create({ description: "Salaries" });
    expect(warnings).toEqual([]);
    expect((await keyOf(state)).description).toBe("Salaries\n[uko1b]");
    expect(state.description).toBe("Salaries");
    expect((await uko.effects()).filter((each) => each === "K2")).toHaveLength(1);
  });

  test("the user's own tags are not given up where the service rejects tags", async () => {
    uko.reset({ tags: "rejected" });
    expect(await codeOf(create({ tags: { team: "people" } }))).toBe("UKO_INPUT_INVALID");
    expect(await uko.effects()).toEqual([]);
  });

  test("where nothing is kept it warns, and leaves the description as the user wrote it", async () => {
    uko.reset({ tags: "dropped", description: "collapsed" });
    const { state, warnings } = await create({ description: "Salaries" });
    expect(warnings).toEqual([expect.stringContaining("could not be marked")]);
    expect((await keyOf(state)).description).toBe("Salaries");
  });

  test("without the right says which role it takes", async () => {
    await expect(create({}, "erin")).rejects.toMatchObject({
      code: "UKO_RIGHTS_MISSING",
      detail: expect.stringContaining("Key Custodian - Creator"),
    });
  });

  test("under a label that is taken makes nothing, and says how to adopt", async () => {
    await create();
    await expect(create()).rejects.toMatchObject({
      code: "UKO_SERVICE_REFUSED",
      detail: expect.stringContaining("existingKeyId"),
    });
    expect(await uko.effects()).toEqual(["K2"]);
  });

  test.each([
    ["a 500", { status: 500, when: "after" }],
    ["a cut connection", { drop: "after" }],
    ["an answer that cannot be read", { status: 201, when: "after", body: {} }],
  ])("%s after the effect: the key is found by its tag, and none is made twice", async (_what, fault) => {
    await uko.fault({ operation: "K2", times: 1, ...fault });
    const { state } = await create();
    expect(await uko.effects()).toEqual(["K2"]);
    expect((await keyOf(state)).label).toBe("payroll");
  });

  test("is not sent again where it had no effect, and says that it is not known", async () => {
    await uko.fault({ operation: "K2", times: 1, drop: "before" });
    const bob = uko.run("bob");
    const call = bob.handlers.create(checked(bob.handlers, inputsOf()), options);
    await expect(call).rejects.toMatchObject({
      code: "UKO_ANSWER_LOST",
      detail: expect.stringContaining("most likely none was made"),
    });
    expect((await uko.trail()).filter(({ operation }) => operation === "K2")).toHaveLength(1);
    // The service may still be at work, so it looks more than once.
    expect(bob.sleeps).toHaveLength(2);
  });

  test("finds a key that the service finished only after the connection broke", async () => {
    let looks = 0;
    const { state } = await create({}, "bob", {
      wrap: withKeys((keys) => ({
        async create(...call) {
          late = call;
          return { kind: "lost", reason: "cut" };
        },
        async list(...call) {
          looks += 1;
          if (looks === 2 && late !== undefined) await keys.create(...late);
          return keys.list(...call);
        },
      })),
    });
    expect(looks).toBe(2);
    expect((await keyOf(state)).label).toBe("payroll");
  });
  let late: Parameters<Keys["create"]> | undefined;

  test("a key of the same label without the run's tag is named, not taken", async () => {
    const other = await create();
    const lost = create({}, "bob", {
      wrap: withKeys(() => ({ create: async () => ({ kind: "lost", reason: "cut" }) })),
    });
    await expect(lost).rejects.toMatchObject({
      code: "UKO_ANSWER_LOST",
      detail: expect.stringContaining(other.state.keyId),
    });
  });

  test("a search that fails too still says that a key may have been made", async () => {
    await uko.fault({ operation: "K2", times: 1, drop: "after" });
    await uko.fault({ operation: "K1", status: 403 });
    expect(await codeOf(create())).toBe("UKO_ANSWER_LOST");
  });

  test.each([
    ["dates that are refused", { status: 409 }],
    ["dates without an answer", { drop: "before" }],
    ["a service that no longer knows the identity", { status: 401 }],
  ])("%s do not lose the key that was made", async (_what, fault) => {
    await uko.fault({ operation: "K4", ...fault });
    const { state, warnings } = await create({ expirationDate: "2030-01-31" });
    expect(warnings).toHaveLength(1);
    const { handlers } = uko.run("bob");
    const differing = handlers.diff(state, checked(handlers, inputsOf({ expirationDate: "2030-01-31" })));
    expect(differing).toEqual(["expirationDate"]);
  });

  test("no read can lose it either", async () => {
    await uko.fault({ operation: "K3", status: 500 });
    expect((await create()).state.label).toBe("payroll");
  });
});

describe("a creation that was interrupted (decision 0020)", () => {
  const origin = "acme/urn:pulumi:prod::pay::pulumi-nodejs:dynamic/uko:ManagedKey::payroll";
  const createAs = (from: string | undefined, over: Over = {}, choices: RunChoices = {}) => {
    const { handlers } = uko.run("bob", choices);
    const named = from === undefined ? options : { ...options, origin: from };
    return handlers.create(checked(handlers, inputsOf(over)), named);
  };
  const killed = withKeys((keys) => ({
    async create(...call) {
      await keys.create(...call);
      throw new Error("killed");
    },
  }));
  const interrupt = (over: Over = {}) => expect(createAs(origin, over, { wrap: killed })).rejects.toThrow("killed");

  test("is taken up by the next run of the same resource, with a warning, and what was missing is done", async () => {
    await interrupt({ expirationDate: "2030-01-31" });
    const { state, warnings } = await createAs(origin, { expirationDate: "2030-01-31" });
    expect(warnings).toEqual([expect.stringContaining("was there already")]);
    expect(state.expirationDate).toBe("2030-01-31");
    expect(await uko.effects()).toEqual(["K2", "K4"]);
  });

  test.each([
    ["by another resource", "acme/another", /but not the mark of this resource/],
    ["by an engine that tells no name", undefined, /but not the mark of this resource/],
  ])("is not taken up %s: the error names the key", async (_what, from, reason) => {
    await interrupt();
    await expect(createAs(from)).rejects.toMatchObject({
      code: "UKO_SERVICE_REFUSED",
      detail: expect.stringMatching(reason),
    });
    expect(await uko.effects()).toEqual(["K2"]);
  });

  test("is not taken up once its end has begun, or 7 days have passed", async () => {
    await interrupt();
    const [keyId = ""] = uko.test.emulator.world.keys.keys();
    await uko.run("bob").operations.request(uko.ref(keyId), undefined, options);
    await expect(createAs(origin)).rejects.toMatchObject({ detail: expect.stringContaining("deletion is on file") });
    await uko.run("bob").operations.withdraw(uko.ref(keyId), options);
    await uko.advance("8d");
    await expect(createAs(origin)).rejects.toMatchObject({ detail: expect.stringContaining("more than 7 days") });
    await uko.test.as("carol").step(keyId, "deactivate");
    await expect(createAs(origin)).rejects.toMatchObject({ detail: expect.stringContaining("it is deactivated") });
  });

  test("is looked for before the POST where no label would make the service refuse a second one", async () => {
    await interrupt({ label: "built" });
    const [key] = uko.test.emulator.world.keys.values();
    if (key === undefined) throw new Error("no key");
    // As a naming scheme would have it: the program names no label, and the mark was derived without one.
    const { world } = uko.run("bob");
    const text = JSON.stringify([uko.test.emulator.instanceId, key.vaultId, "payroll", null, origin]);
    key.tags = [{ name: "uko_created", value: world.sha256(text).slice(0, 32) }];
    const seq = await lastSeq();
    const { state } = await createAs(origin, { label: undefined, dualAuthorization: "single" });
    expect(state.keyId).toBe(key.id);
    expect(await uko.effects(seq)).toEqual([]);
  });
});

describe("adopting a key", () => {
  const adopt = (state: ManagedKeyState, over: Over = {}, who: Person = "bob") =>
    create({ existingKeyId: state.keyId, ...over }, who);

  test("makes none, and marks it", async () => {
    const made = await uko.make({ dualAuthorization: "single" });
    const seq = await lastSeq();
    const { state } = await adopt(made);
    expect(state.keyId).toBe(made.keyId);
    expect(await uko.effects(seq)).toEqual(["K4"]);
    expect(await tagNames(made)).toContain("uko_dual");
  });

  test.each(["dropped", "rejected"] as const)("tags %s: the marker ends the description", async (tags) => {
    const made = await uko.make({ dualAuthorization: "single", description: "Salaries" });
    Object.assign(uko.test.emulator.world.switches, { tags });
    const { state, warnings } = await adopt(made);
    expect(warnings).toEqual([]);
    expect((await keyOf(made)).description).toBe("Salaries\n[uko1b]");
    expect(state.description).toBe("Salaries");
  });

  test("as `single` elsewhere does not loosen it: the marker outweighs", async () => {
    const made = await uko.make();
    const { state } = await adopt(made, { dualAuthorization: "single", deletionGate: "destroy" }, "carol");
    expect(await unfinished(uko.run("carol").handlers, state)).toMatchObject({ code: "UKO_APPROVAL_PENDING" });
    expect((await keyOf(made)).state).toBe("active");
  });

  test("writes nothing over a binding record, not even a stricter marker, nor to a destroyed key", async () => {
    const destroyed = await uko.test.keyIn("destroyed");
    const made = await uko.make({ deletionGate: "destroy" });
    await uko.run("carol").operations.request(uko.ref(made.keyId), undefined, options);
    const seq = await lastSeq();
    await adopt(made, {}, "carol");
    await create({ existingKeyId: destroyed.id });
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("is refused for another template, another vault's key, and a key that is not there", async () => {
    const made = await uko.make();
    expect(await codeOf(adopt(made, { template: "cards" }))).toBe("UKO_INPUT_INVALID");
    const none = { ...made, keyId: "9b2d0000-0000-4000-8000-00000000dead" };
    await expect(adopt(none)).rejects.toMatchObject({
      code: "UKO_KEY_NOT_FOUND",
      detail: expect.stringContaining("never creates one"),
    });
    expect((await uko.effects()).filter((each) => each === "K2")).toHaveLength(1);
  });
});

describe("reading a key tells four kinds of drift apart, and repairs none", () => {
  async function read(state: ManagedKeyState) {
    const seq = await lastSeq();
    const found = await uko.run("bob").handlers.read(state, options);
    expect(await uko.effects(seq)).toEqual([]);
    return found;
  }

  test("nothing drifted", async () => {
    const state = await uko.make();
    expect(await read(state)).toEqual({ id: `${state.vaultId}/${state.keyId}`, state, warnings: [] });
  });

  test("pending", async () => {
    const state = await uko.make();
    await unfinished(uko.run("bob").handlers, state);
    const found = await read(state);
    expect(found?.warnings).toEqual([expect.stringMatching(/waits for approval of its deactivation: Bob Example/)]);
    expect(found?.state).toMatchObject({
      lifecycleState: "pending_approval",
      deletionAwaits: "approval",
      deletionRequestedBy: "IBMid-550000BOB",
      deletionRecordId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(found?.state).not.toHaveProperty("tags");
  });

  test("out of sync", async () => {
    const state = await uko.make();
    await uko.test.control(`keys/${state.keyId}`, { twin: { state: 2 } });
    expect((await read(state))?.warnings).toEqual([expect.stringContaining("is out of sync in keystore")]);
  });

  async function destroyedInAws(): Promise<ManagedKeyState> {
    const state = await uko.make({ template: "cards", dualAuthorization: "single" });
    await unfinished(uko.run("carol").handlers, state);
    await uko.advance("5h");
    await unfinished(uko.run("carol").handlers, state);
    return (await uko.run("bob").handlers.read(state, options))?.state ?? state;
  }

  test("cancelled at the provider; a keystore that cannot tell is not called that", async () => {
    const state = await destroyedInAws();
    expect(state).toMatchObject({ lifecycleState: "pending_destruction", deletionAwaits: "time" });
    expect(state.deletionNotBefore).toMatch(/^2026-12-01T/);
    await uko.test.control(`keys/${state.keyId}`, { material: "enabled" });
    expect((await read(state))?.warnings).toEqual([expect.stringContaining("its deletion was cancelled there")]);
    await uko.test.control("keystores/aws-frankfurt", { answers: "unknown" });
    expect((await read(state))?.warnings).toEqual([expect.stringContaining("is not known")]);
  });

  test("changed at the service", async () => {
    const state = await uko.make();
    await uko.test.as("carol").step(state.keyId, "deactivate");
    const found = await read(state);
    expect(found?.warnings).toEqual([expect.stringContaining("went from active to deactivated")]);
    expect(found?.state.keyState).toBe("deactivated");
  });

  test("gone: only then is it forgotten", async () => {
    const state = await uko.make();
    uko.test.emulator.world.keys.delete(state.keyId);
    expect(await read(state)).toBeUndefined();
    await uko.fault({ operation: "V3", status: 403 });
    expect(await codeOf(read(state))).toBe("UKO_GONE_UNPROVEN");
  });
});

describe("updating a key", () => {
  test("writes what differs, in one PATCH, and keeps the marker", async () => {
    const state = await uko.make({ tags: { team: "people" } });
    const seq = await lastSeq();
    const over = { label: "wages", description: "new", tags: { team: "money" }, expirationDate: "2031-01-01" };
    const { state: next, warnings } = await update(state, over);
    expect(await uko.effects(seq)).toEqual(["K4"]);
    expect(warnings).toEqual([]);
    expect(next).toMatchObject(over);
    expect(await tagNames(state)).toEqual(["team", "uko_created", "uko_dual"]);
  });

  test("that differs in what steers this tool alone writes nothing", async () => {
    const state = await uko.make();
    const seq = await lastSeq();
    const { state: next } = await update(state, { deletionProtection: true, deletionReason: "x" });
    expect(await uko.effects(seq)).toEqual([]);
    expect(next).toMatchObject({ deletionProtection: true, deletionReason: "x" });
  });

  test("writes nothing while a record binds, says who asked, and leaves the difference", async () => {
    const state = await uko.make({ deletionProtection: false });
    await uko.run("bob").operations.request(uko.ref(state.keyId), undefined, options);
    const seq = await lastSeq();
    const { state: next, warnings } = await update(state, { description: "new" });
    expect(await uko.effects(seq)).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("was left as it is: Bob Example")]);
    const { handlers } = uko.run("carol");
    expect(handlers.diff(next, checked(handlers, inputsOf({ description: "new" })))).toEqual(["description"]);
  });

  test("drops a dead record with the change, and never carries it along", async () => {
    const state = await uko.make();
    await uko.run("bob").operations.request(uko.ref(state.keyId), undefined, options);
    await uko.advance("8d");
    await update(state, { description: "new" });
    expect(await tagNames(state)).toEqual(["uko_created", "uko_dual"]);
  });

  test("tightens: from single to required marks the key, from destroy to both the stricter way", async () => {
    const single = await uko.make({ dualAuthorization: "single" });
    await update(single, { dualAuthorization: "required", deletionGate: "destroy" });
    expect((await keyOf(single)).tags).toContainEqual({ name: "uko_dual", value: "destroy" });
    await update(single, { deletionGate: "both" });
    expect((await keyOf(single)).tags).toContainEqual({ name: "uko_dual", value: "both" });
    // Never the other way.
    await update(single, { dualAuthorization: "single", deletionGate: "destroy" });
    expect((await keyOf(single)).tags).toContainEqual({ name: "uko_dual", value: "both" });
  });

  test("of a user's own attributes does not fail because a marker is refused", async () => {
    const state = await uko.make({ dualAuthorization: "single", description: "old" });
    Object.assign(uko.test.emulator.world.switches, { tags: "rejected" });
    uko.test.emulator.world.keys.get(state.keyId)?.tags.splice(0);
    const { state: next, warnings } = await update(state, { description: "new", dualAuthorization: "required" });
    expect(warnings).toEqual([]);
    expect(next.description).toBe("new");
    expect((await keyOf(state)).description).toBe("new\n[uko1b]");
  });

  test("tolerates a template that was renamed: old name in the program or new one, but no other", async () => {
    const state = await uko.make();
    const template = uko.test.emulator.world.templates.get(state.templateId);
    if (template === undefined) throw new Error("no template");
    template.name = "salaries";
    const refreshed = (await uko.run("bob").handlers.read(state, options))?.state;
    const { handlers } = uko.run("bob");
    expect(handlers.diff(refreshed, checked(handlers, inputsOf()))).toEqual([]);
    expect((await update(state, { description: "new" })).state.description).toBe("new");
    expect((await update(state, { template: "salaries" })).state.template).toBe("salaries");
    expect(await codeOf(update(state, { template: "cards" }))).toBe("UKO_CHANGE_IMPOSSIBLE");
  });

  test("reads again and tries again where somebody wrote meanwhile", async () => {
    const state = await uko.make();
    let isEdited = false;
    const wrap = withKeys((keys) => ({
      async update(...call) {
        if (!isEdited) await uko.test.as("carol").patch(state.keyId, { label: "meanwhile" });
        isEdited = true;
        return keys.update(...call);
      },
    }));
    await update(state, { label: "meanwhile", description: "new" }, "carol", { wrap });
    expect(await keyOf(state)).toMatchObject({ label: "meanwhile", description: "new" });
    const stale = withKeys(() => ({ update: async () => ({ kind: "stale" }) }));
    expect(await codeOf(update(state, { description: "x" }, "carol", { wrap: stale }))).toBe("UKO_CHANGED_MEANWHILE");
  });

  test("without the right, or refused, says what the service says", async () => {
    const state = await uko.make();
    expect(await codeOf(update(state, { description: "new" }, "erin"))).toBe("UKO_RIGHTS_MISSING");
    await uko.fault({ operation: "K4", status: 409 });
    expect(await codeOf(update(state, { description: "new" }))).toBe("UKO_SERVICE_REFUSED");
    await uko.clearFaults();
    await uko.fault({ operation: "K4", status: 400 });
    expect(await codeOf(update(state, { description: "new" }))).toBe("UKO_INPUT_INVALID");
  });

  test("of a key that is gone sends people to refresh", async () => {
    const state = await uko.make();
    uko.test.emulator.world.keys.delete(state.keyId);
    await expect(update(state, { description: "new" })).rejects.toMatchObject({ code: "UKO_KEY_NOT_FOUND" });
  });
});

describe("a state to aim at", () => {
  test("active: activates a key that was never active, and that alone", async () => {
    const state = await uko.make({ template: "payroll-draft" });
    expect(state.keyState).toBe("pre_activation");
    const over = { template: "payroll-draft", state: "active" };
    expect((await update(state, over)).state.keyState).toBe("active");
    const seq = await lastSeq();
    await update(state, over);
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("active: never reactivates, and says what does", async () => {
    const state = await uko.make();
    await uko.test.as("carol").step(state.keyId, "deactivate");
    const seq = await lastSeq();
    const { warnings, state: next } = await update(state, { state: "active" });
    expect(await uko.effects(seq)).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(`uko reactivate ${state.vaultId}/${state.keyId}`)]);
    expect(next.keyState).toBe("deactivated");
  });

  test("active: leaves a key alone whose end somebody asked for", async () => {
    const state = await uko.make({ template: "payroll-draft" });
    await uko.run("bob").operations.request(uko.ref(state.keyId), undefined, options);
    const { warnings } = await update(state, { template: "payroll-draft", state: "active" });
    expect(warnings).toEqual([expect.stringContaining("was left as it is")]);
    expect((await keyOf(state)).state).toBe("pre_activation");
  });

  test("deactivated: two people, one step, and no record for destroy", async () => {
    const state = await uko.make();
    const goal = { state: "deactivated" };
    const { warnings } = await update(state, goal, "bob");
    expect(warnings).toEqual([expect.stringMatching(/UKO_CONSENT=[0-9a-f]{32} pulumi up/)]);
    await uko.advance("60s");
    const seq = await lastSeq();
    const done = await update(state, goal, "alice", { consents: [consentIn(warnings[0] ?? "")] });
    expect(await uko.effects(seq)).toEqual(["K7"]);
    expect(done).toMatchObject({ warnings: [], state: { keyState: "deactivated" } });
    await uko.expectNobodyAlone();
  });

  test("destroyed: stays green while it waits, shows the difference until it is reached, then nothing", async () => {
    const state = await uko.make();
    const goal = { state: "destroyed" };
    const { handlers } = uko.run("bob");
    const differs = (of: ManagedKeyState): readonly string[] => handlers.diff(of, checked(handlers, inputsOf(goal)));
    const first = await update(state, goal, "bob");
    expect(differs(first.state)).toEqual(["state"]);
    await uko.advance("60s");
    const second = await update(state, goal, "alice", { consents: [consentIn(first.warnings[0] ?? "")] });
    await uko.advance("5h");
    const third = await update(second.state, goal, "bob", { consents: [consentIn(second.warnings[0] ?? "")] });
    expect(third.state.lifecycleState).toBe("pending_destruction");
    expect(third.warnings).toEqual([expect.stringContaining("is destroyed")]);
    expect(differs(third.state)).toEqual(["state"]);
    await uko.advance("31d");
    const last = await update(third.state, goal, "bob");
    expect(last).toMatchObject({ warnings: [], state: { lifecycleState: "destroyed" } });
    expect(differs(last.state)).toEqual([]);
    // Deleting the resource afterwards is one quiet step.
    const seq = await lastSeq();
    expect(await uko.run("bob").handlers.delete(last.state, options)).toEqual({ kind: "ended", warnings: [] });
    expect(await uko.effects(seq)).toEqual(["K5"]);
    await uko.expectNobodyAlone();
  });

  test("destroyed, alone: takes two runs", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    const goal = { dualAuthorization: "single", state: "destroyed" };
    const first = await update(state, goal);
    expect(first.state.keyState).toBe("deactivated");
    await uko.advance("5h");
    expect((await update(first.state, goal)).state.keyState).toBe("destroyed");
  });

  test("destroyed: attributes of a destroyed key stay as they are, with a warning", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    await uko.test.as("carol").step(state.keyId, "deactivate");
    await uko.advance("5h");
    await uko.test.as("carol").step(state.keyId, "destroy");
    const seq = await lastSeq();
    const { warnings } = await update(state, { dualAuthorization: "single", description: "new" });
    expect(await uko.effects(seq)).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("attributes stay as they are")]);
  });

  test("under deletion protection is refused, and nothing is written", async () => {
    const state = await uko.make();
    const seq = await lastSeq();
    expect(await codeOf(update(state, { state: "destroyed", deletionProtection: true }))).toBe(
      "UKO_DELETION_PROTECTED",
    );
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("without the step's right is an error, not a green run", async () => {
    const state = await uko.make();
    await uko.run("alice").operations.request(uko.ref(state.keyId), undefined, options);
    await uko.advance("60s");
    const record = (await uko.run("erin").operations.status(uko.ref(state.keyId), options)).deletion.recordId ?? "";
    expect(await codeOf(update(state, { state: "deactivated" }, "bob", { consents: [record] }))).toBe(
      "UKO_RIGHTS_MISSING",
    );
  });
});
