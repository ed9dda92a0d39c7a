/** Creating and adopting a managed key, call by call. */

import { describe, expect, test } from "vitest";
import type { Keys } from "../../../provider/engine/ports/world.ts";
import type { ManagedKeyState } from "../../../provider/resources/managed-key/schema.ts";
import {
  checked,
  codeOf,
  inputsOf,
  options,
  type Person,
  type RunChoices,
  unfinished,
  useEngineWorld,
  withKeys,
} from "../../engine/harness.ts";

const uko = useEngineWorld();

type Over = Readonly<Record<string, unknown>>;

function create(over: Over = {}, who: Person = "bob", choices: RunChoices = {}) {
  const { handlers } = uko.run(who, choices);
  return handlers.create(checked(handlers, inputsOf(over)), options);
}

describe("creating a key", () => {
  test("is one POST and nothing else", async () => {
    const seq = await uko.lastSeq();
    const { id, state, warnings } = await create({ description: "Salaries", tags: { team: "people" } });
    expect(await uko.keyCalls(seq)).toEqual(["createManagedKey"]);
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

  test("with dates sends one PATCH in addition", async () => {
    const seq = await uko.lastSeq();
    const { state } = await create({ expirationDate: "2030-01-31" });
    expect(await uko.keyCalls(seq)).toEqual(["createManagedKey", "updateManagedKey"]);
    expect(state.expirationDate).toBe("2030-01-31");
  });

  test("under a naming scheme sends the values for its placeholders, which are immutable", async () => {
    const { templates } = uko.test.emulator.world;
    const template = templates.get("7e110000-0000-4000-8000-000000000001");
    if (template === undefined) throw new Error("no template");
    templates.set(template.id, { ...template, namingScheme: "pay <app>" });
    const over = { label: undefined, labelTags: { app: "roll" } };
    const { state } = await create(over);
    expect(state).toMatchObject({ label: "pay roll", labelTags: { app: "roll" } });
    const { handlers } = uko.run("bob");
    expect(handlers.check(inputsOf(over), state).failures).toEqual([]);
    const [failure] = handlers.check(inputsOf({ ...over, labelTags: { app: "slip" } }), state).failures;
    expect(failure).toMatchObject({ property: "labelTags", reason: expect.stringContaining("cannot change") });
  });

  test.each([[{ "a b": "xy" }], [{ app: "x" }], [{ app: "x-y" }]])(
    "refuses the label tags %j, which fit no naming scheme",
    (labelTags) => {
      const { failures } = uko.run("bob").handlers.check(inputsOf({ labelTags }), {});
      expect(failures.length).toBe(1);
    },
  );

  test("marks it as requiring two people, hidden from its tags", async () => {
    const { state } = await create();
    expect(await uko.tagNames(state)).toEqual(["uko_created", "uko_dual"]);
    expect(state).not.toHaveProperty("tags");
    const alone = await create({ label: "alone", dualAuthorization: "single" });
    expect(await uko.tagNames(alone.state)).toEqual(["uko_created", "uko_dual"]);
    expect([state, alone.state].map(({ dualMarker }) => dualMarker)).toEqual(["both", "single"]);
    const tightened = await create({ label: "tight", dualAuthorization: "single" }, "bob", { leastPeople: "destroy" });
    expect(await uko.tagNames(tightened.state)).toEqual(["uko_created", "uko_dual"]);
  });

  test.each(["dropped", "rejected"] as const)("tags %s: the marker ends the description, hidden", async (tags) => {
    uko.reset({ tags });
    const { state, warnings } = await create({ description: "Salaries" });
    expect(warnings).toEqual([]);
    expect((await uko.keyOf(state)).description).toBe("Salaries\n[uko1b]");
    expect(state.description).toBe("Salaries");
    expect((await uko.effects()).filter((each) => each === "createManagedKey")).toHaveLength(1);
  });

  test("the user's own tags are kept even if the service rejects tags", async () => {
    uko.reset({ tags: "rejected" });
    expect(await codeOf(create({ tags: { team: "people" } }))).toBe("UKO_INPUT_INVALID");
    expect(await uko.effects()).toEqual([]);
  });

  test("warns if the service keeps no marker, and does not change the user's description", async () => {
    uko.reset({ tags: "dropped", description: "collapsed" });
    const { state, warnings } = await create({ description: "Salaries" });
    expect(warnings).toEqual([expect.stringContaining("could not write the marker")]);
    expect((await uko.keyOf(state)).description).toBe("Salaries");
  });

  test("without the role names the required role", async () => {
    await expect(create({}, "erin")).rejects.toMatchObject({
      code: "UKO_RIGHTS_MISSING",
      detail: expect.stringMatching(/Key Custodian - Creator[\s\S]*\nNo key was created\.$/),
    });
  });

  test("from a template or in a vault that does not exist names the existing ones", async () => {
    await expect(create({ template: "payrol" })).rejects.toMatchObject({
      detail: expect.stringMatching(
        /^No key was created\.\n.* has no template "payrol". Its templates: .*cards.*, payroll,/m,
      ),
    });
    const vaultId = "5c1e0000-0000-4000-8000-00000000000f";
    await expect(create({ vaultId })).rejects.toMatchObject({
      detail: expect.stringMatching(/^You cannot read vault .*f, or it does not exist\. .* 5c1e\S+1 \(payments\)\.$/m),
    });
    await uko.fault({ operation: "listTemplates", status: 403 });
    await expect(create({ template: "payrol" })).rejects.toMatchObject({
      code: "UKO_SERVICE_REFUSED",
      detail: expect.stringMatching(/^No key was created\.\nCorrelation ID/),
    });
  });

  test("under an existing label makes nothing, and explains adoption", async () => {
    await create();
    await expect(create()).rejects.toMatchObject({
      code: "UKO_SERVICE_REFUSED",
      detail: expect.stringContaining("existingKeyId"),
    });
    expect(await uko.effects()).toEqual(["createManagedKey"]);
  });

  test.each([
    ["a 500", { status: 500, when: "after" }],
    ["a cut connection", { drop: "after" }],
    ["an unreadable answer", { status: 201, when: "after", body: {} }],
  ])("%s after the effect: the key is found by its tag, and no second one is made", async (_what, fault) => {
    await uko.fault({ operation: "createManagedKey", times: 1, ...fault });
    const { state } = await create();
    expect(await uko.effects()).toEqual(["createManagedKey"]);
    expect((await uko.keyOf(state)).label).toBe("payroll");
  });

  test("is not repeated without an effect, and reports an unknown result", async () => {
    await uko.fault({ operation: "createManagedKey", times: 1, drop: "before" });
    const bob = uko.run("bob");
    const call = bob.handlers.create(checked(bob.handlers, inputsOf()), options);
    await expect(call).rejects.toMatchObject({
      code: "UKO_RESPONSE_LOST",
      detail: expect.stringContaining("most likely none was created"),
    });
    expect((await uko.trail()).filter(({ operation }) => operation === "createManagedKey")).toHaveLength(1);
    // The service may still be at work, so uko reads more than once.
    expect(bob.sleeps).toHaveLength(2);
  });

  test("is sent again after a 429 and three searches without the key", async () => {
    await uko.fault({ operation: "createManagedKey", status: 429, times: 1 });
    const { state } = await create();
    expect((await uko.keyOf(state)).label).toBe("payroll");
    expect(
      (await uko.trail()).filter(({ operation }) => operation === "createManagedKey").map(({ status }) => status),
    ).toEqual([429, 201]);
  });

  test("finds a key that the service finished only after the connection broke", async () => {
    let reads = 0;
    const { state } = await create({}, "bob", {
      wrap: withKeys((keys) => ({
        async create(...call) {
          late = call;
          return { kind: "lost", reason: "cut" };
        },
        async list(...call) {
          reads += 1;
          if (reads === 2 && late !== undefined) await keys.create(...late);
          return keys.list(...call);
        },
      })),
    });
    expect(reads).toBe(2);
    expect((await uko.keyOf(state)).label).toBe("payroll");
  });
  let late: Parameters<Keys["create"]> | undefined;

  test("names a key of the same label without the run's tag, and does not adopt it", async () => {
    const other = await create();
    const lost = create({}, "bob", {
      wrap: withKeys(() => ({ create: async () => ({ kind: "lost", reason: "cut" }) })),
    });
    await expect(lost).rejects.toMatchObject({
      code: "UKO_RESPONSE_LOST",
      detail: expect.stringContaining(other.state.keyId),
    });
  });

  test("reports after a canceled search that a key may exist", async () => {
    const stop = new AbortController();
    const { handlers } = uko.run("bob", {
      wrap: withKeys((keys) => ({
        async create(...call) {
          await keys.create(...call);
          stop.abort();
          return { kind: "lost", reason: "the run was stopped" };
        },
      })),
    });
    await expect(handlers.create(checked(handlers, inputsOf()), { signal: stop.signal })).rejects.toMatchObject({
      code: "UKO_RESPONSE_LOST",
      summary: expect.stringContaining('whether the key "payroll" was created'),
      cause: expect.objectContaining({ code: "UKO_CANCELED" }),
    });
    expect(await uko.effects()).toEqual(["createManagedKey"]);
  });

  test("reports after a failed search that a key may exist", async () => {
    await uko.fault({ operation: "createManagedKey", times: 1, drop: "after" });
    await uko.fault({ operation: "listManagedKeys", status: 403 });
    expect(await codeOf(create())).toBe("UKO_RESPONSE_LOST");
  });

  test.each([
    ["refused dates", { status: 409 }],
    ["dates without a response", { drop: "before" }],
    ["a service that no longer knows the identity", { status: 401 }],
  ])("%s do not lose the created key", async (_what, fault) => {
    await uko.fault({ operation: "updateManagedKey", ...fault });
    const { state, warnings } = await create({ expirationDate: "2030-01-31" });
    expect(warnings).toHaveLength(1);
    const { handlers } = uko.run("bob");
    const differing = handlers.diff(state, checked(handlers, inputsOf({ expirationDate: "2030-01-31" })));
    expect(differing).toEqual(["expirationDate"]);
  });

  test("no read loses it either", async () => {
    await uko.fault({ operation: "getManagedKey", status: 500 });
    expect((await create()).state.label).toBe("payroll");
  });
});

describe("an interrupted creation (decision 0010)", () => {
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

  test("is adopted by the next run of the same resource with a warning, and completed", async () => {
    await interrupt({ expirationDate: "2030-01-31" });
    const { state, warnings } = await createAs(origin, { expirationDate: "2030-01-31" });
    expect(warnings).toEqual([expect.stringContaining("already exists")]);
    expect(state.expirationDate).toBe("2030-01-31");
    expect(await uko.effects()).toEqual(["createManagedKey", "updateManagedKey"]);
  });

  test.each([
    ["by another resource", "acme/another", /but not the mark of this resource/],
    ["by an engine without resource names", undefined, /but not the mark of this resource/],
  ])("is not adopted %s: the error names the key", async (_what, from, reason) => {
    await interrupt();
    await expect(createAs(from)).rejects.toMatchObject({
      code: "UKO_SERVICE_REFUSED",
      detail: expect.stringMatching(reason),
    });
    expect(await uko.effects()).toEqual(["createManagedKey"]);
  });

  test("is not adopted once its deletion has begun, or 7 days have passed", async () => {
    await interrupt();
    const [keyId = ""] = uko.test.emulator.world.keys.keys();
    await uko.run("bob").operations.request(uko.ref(keyId), undefined, options);
    await expect(createAs(origin)).rejects.toMatchObject({
      detail: expect.stringContaining("deletion has been requested"),
    });
    await uko.run("bob").operations.withdraw(uko.ref(keyId), options);
    await uko.advance("8d");
    await expect(createAs(origin)).rejects.toMatchObject({ detail: expect.stringContaining("more than 7 days") });
    await uko.test.as("carol").step(keyId, "deactivate");
    await expect(createAs(origin)).rejects.toMatchObject({ detail: expect.stringContaining("it is deactivated") });
  });

  test("is found after an older key of the same mark", async () => {
    await interrupt({ label: "first" });
    await interrupt({ label: "second" });
    const [first, second] = uko.test.emulator.world.keys.values();
    if (first === undefined || second === undefined) throw new Error("no keys");
    const text = JSON.stringify([uko.test.emulator.instanceId, first.vaultId, "payroll", null, origin]);
    const value = uko.run("bob").world.sha256(text).slice(0, 32);
    for (const key of [first, second]) key.tags = [{ name: "uko_created", value }];
    await uko.test.as("carol").step(first.id, "deactivate");
    const seq = await uko.lastSeq();
    const { state } = await createAs(origin, { label: undefined });
    expect(state.keyId).toBe(second.id);
    expect(await uko.effects(seq)).not.toContain("createManagedKey");
  });

  test("is searched before the POST if no label would make the service refuse a second one", async () => {
    await interrupt({ label: "built" });
    const [key] = uko.test.emulator.world.keys.values();
    if (key === undefined) throw new Error("no key");
    // As with a naming scheme: the program sets no label, and the mark was derived without one.
    const { world } = uko.run("bob");
    const text = JSON.stringify([uko.test.emulator.instanceId, key.vaultId, "payroll", null, origin]);
    key.tags = [{ name: "uko_created", value: world.sha256(text).slice(0, 32) }];
    const seq = await uko.lastSeq();
    const { state } = await createAs(origin, { label: undefined, dualAuthorization: "single" });
    expect(state.keyId).toBe(key.id);
    // Found again without a marker, so its program is unknown: it gets the strictest marker.
    expect(await uko.effects(seq)).toEqual(["updateManagedKey"]);
    expect(key.tags).toContainEqual({ name: "uko_dual", value: "both" });
  });
});

describe("adopting a key", () => {
  const adopt = (state: ManagedKeyState, over: Over = {}, who: Person = "bob") =>
    create({ existingKeyId: state.keyId, ...over }, who);

  test("makes no key, and marks the existing one", async () => {
    const made = await uko.make({ dualAuthorization: "single" });
    const seq = await uko.lastSeq();
    const { state } = await adopt(made);
    expect(state.keyId).toBe(made.keyId);
    expect(await uko.effects(seq)).toEqual(["updateManagedKey"]);
    expect(await uko.tagNames(made)).toContain("uko_dual");
  });

  test.each(["dropped", "rejected"] as const)("tags %s: the marker ends the description", async (tags) => {
    const made = await uko.make({ dualAuthorization: "single", description: "Salaries" });
    Object.assign(uko.test.emulator.world.switches, { tags });
    const { state, warnings } = await adopt(made);
    expect(warnings).toEqual([]);
    expect((await uko.keyOf(made)).description).toBe("Salaries\n[uko1b]");
    expect(state.description).toBe("Salaries");
  });

  test("as `single` in another program does not loosen it: the marker takes precedence", async () => {
    const made = await uko.make();
    const { state } = await adopt(made, { dualAuthorization: "single", deletionGate: "destroy" }, "carol");
    expect(await unfinished(uko.run("carol").handlers, state)).toMatchObject({ code: "UKO_APPROVAL_PENDING" });
    expect((await uko.keyOf(made)).state).toBe("active");
  });

  test("does not overwrite a pending record, even with a stricter marker, and does not change a destroyed key", async () => {
    const destroyed = await uko.test.keyIn("destroyed");
    const made = await uko.make({ deletionGate: "destroy" });
    await uko.run("carol").operations.request(uko.ref(made.keyId), undefined, options);
    const seq = await uko.lastSeq();
    await adopt(made, {}, "carol");
    await create({ existingKeyId: destroyed.id });
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("is refused for another template, another vault's key, and a key that does not exist", async () => {
    const made = await uko.make();
    expect(await codeOf(adopt(made, { template: "cards" }))).toBe("UKO_INPUT_INVALID");
    const none = { ...made, keyId: "9b2d0000-0000-4000-8000-00000000dead" };
    await expect(adopt(none)).rejects.toMatchObject({
      code: "UKO_KEY_NOT_FOUND",
      detail: expect.stringContaining("never creates one"),
    });
    expect((await uko.effects()).filter((each) => each === "createManagedKey")).toHaveLength(1);
  });
});
