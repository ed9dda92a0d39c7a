import { describe, expect, test } from "vitest";
import { vaultId } from "../../emulator/harness.ts";
import { checked, codeOf, inputsOf, options, unfinished, useEngineWorld } from "../harness.ts";

const uko = useEngineWorld();

const failuresOf = (news: unknown, olds: unknown = {}) => uko.run("bob").handlers.check(news, olds).failures;

describe("check", () => {
  test.each([
    ["an unknown property", { lable: "x" }, "lable", "is not a known property"],
    ["a vault that is not a UUID", { vaultId: "payments" }, "vaultId", "must be a UUID in lower case"],
    ["a missing vault", { vaultId: undefined }, "vaultId", "is required"],
    ["a template's name", { template: "9" }, "template", "must be the name of a template"],
    ["a label", { label: "a:b" }, "label", "letters"],
    ["a reserved tag", { tags: { uko_dual: "destroy" } }, "tags", "uko keeps for itself"],
    ["a tag's value", { tags: { team: "a-b" } }, "tags.team", "only letters, digits"],
    ["a tag's name", { tags: { tëam: "x" } }, "tags.tëam", "does not take"],
    ["a description that ends like a record", { description: "x\n[uko1b]" }, "description", "keeps for itself"],
    ["a description that is too long", { description: "x".repeat(201) }, "description", "200"],
    ["a date", { activationDate: "tomorrow" }, "activationDate", "2027-01-31"],
    ["a state that is not a goal", { state: "removed" }, "state", "active"],
    ["a reason that is too long", { deletionReason: "x".repeat(501) }, "deletionReason", "500"],
    [
      "dates in the wrong order",
      { activationDate: "2027-02-01", expirationDate: "2027-01-01" },
      "expirationDate",
      "must not be before activationDate",
    ],
  ])("names the property of %s", (_what, over, property, reason) => {
    expect(failuresOf(inputsOf(over))).toEqual([{ property, reason: expect.stringContaining(reason) }]);
  });

  test("reports all failures at once, one for each unknown property", () => {
    expect(failuresOf(inputsOf({ vaultId: "x", a: 1, b: 2 })).map(({ property }) => property)).toEqual([
      "vaultId",
      "a",
      "b",
    ]);
  });

  test("refuses to change a property that identifies the key, and names the alternative", () => {
    const reason = expect.stringContaining("cannot change");
    const remedy = expect.stringContaining("create a new key");
    const other = inputsOf({ vaultId: "5c1e0000-0000-4000-8000-00000000000f" });
    expect(failuresOf(other, inputsOf())).toEqual([{ property: "vaultId", reason, remedy }]);
    const adopted = inputsOf({ existingKeyId: "9b2d0000-0000-4000-8000-000000000001" });
    expect(failuresOf(adopted, inputsOf())).toEqual([{ property: "existingKeyId", reason, remedy }]);
    expect(failuresOf(inputsOf(), inputsOf())).toEqual([]);
  });

  test("fills in the strict defaults", () => {
    const { inputs } = uko.run("bob").handlers.check(inputsOf(), {});
    expect(inputs).toEqual({
      vaultId,
      template: "payroll",
      label: "payroll",
      align: false,
      deletionProtection: false,
      dualAuthorization: "required",
      deletionGate: "both",
      deletionCompletesAt: "removed",
    });
  });

  test("never repeats a value", () => {
    const secret = "sesame-open-9";
    const text = JSON.stringify(failuresOf({ vaultId: secret, template: secret, label: `${secret}:`, state: secret }));
    expect(text).not.toContain(secret);
  });
});

describe("diff", () => {
  test("makes no call, requires no settings, and finds the differences", async () => {
    const state = await uko.make({ description: "old", tags: { team: "people" } });
    const { seq } = (await uko.trail()).at(-1) ?? { seq: 0 };
    const { handlers } = uko.run("bob");
    const diff = (over: Readonly<Record<string, unknown>>) => handlers.diff(state, checked(handlers, inputsOf(over)));
    expect(diff({ description: "old", tags: { team: "people" } })).toEqual([]);
    expect(diff({})).toEqual([]);
    expect(diff({ description: "new", tags: {}, state: "deactivated", deletionGate: "destroy" })).toEqual([
      "description",
      "deletionGate",
      "tags",
      "state",
    ]);
    expect((await uko.trail()).filter((entry) => entry.seq > seq)).toEqual([]);
  });

  test.each([
    ["active", "active", "active", false],
    ["active", "deactivated", "deactivated", true],
    ["deactivated", "deactivated", "deactivated", false],
    ["deactivated", "destroyed", "destroyed", false],
    ["destroyed", "destroyed", "pending_destruction", true],
    ["destroyed", "destroyed", "destroyed", false],
    ["active", "deactivated", "cooling_down", true],
  ] as const)("goal %s on a key that is %s (%s) differs: %s", async (goal, keyState, lifecycleState, differs) => {
    const { handlers } = uko.run("bob");
    const state = { ...(await uko.make()), keyState, lifecycleState };
    expect(handlers.diff(state, checked(handlers, inputsOf({ state: goal })))).toEqual(differs ? ["state"] : []);
  });
});

describe("delete", () => {
  async function pending(deletionCompletesAt: string) {
    const state = await uko.make({ dualAuthorization: "single", deletionCompletesAt } as never);
    await unfinished(uko.run("carol").handlers, state);
    await uko.advance("5h");
    return state;
  }

  test("may finish once destruction is scheduled, and warns about what the record still blocks", async () => {
    const outcome = await uko.run("carol").handlers.delete(await pending("destruction_scheduled"), options);
    expect(outcome).toEqual({
      kind: "ended",
      facts: { lifecycleState: "pending_destruction", taken: ["destroy"] },
      warnings: [expect.stringContaining("its keystores and its vault cannot be deleted")],
    });
  });

  test("finishes once no keystore holds the material, and not before", async () => {
    const state = await pending("destroyed");
    const { handlers } = uko.run("carol");
    expect(await unfinished(handlers, state)).toMatchObject({ code: "UKO_DESTRUCTION_PENDING" });
    await uko.advance("31d");
    expect(await handlers.delete(state, options)).toMatchObject({ kind: "ended", warnings: [expect.anything()] });
    expect(await uko.effects()).not.toContain("deleteManagedKey");
  });

  test("of a deleted key finishes without a message", async () => {
    const state = await uko.make();
    uko.test.emulator.world.keys.delete(state.keyId);
    expect(await uko.run("bob").handlers.delete(state, options)).toMatchObject({ kind: "ended", warnings: [] });
  });

  test("is refused under deletion protection, and writes nothing", async () => {
    const state = await uko.make({ deletionProtection: true });
    const { code } = await unfinished(uko.run("bob").handlers, state);
    expect(code).toBe("UKO_DELETION_PROTECTED");
    expect(await uko.effects()).toEqual(["createManagedKey"]);
  });

  test("of a key whose state names another instance sends no call", async () => {
    const state = { ...(await uko.make()), instanceId: "11111111-1111-4111-8111-111111111111" };
    expect(await codeOf(uko.run("bob").handlers.delete(state, options))).toBe("UKO_INSTANCE_MISMATCH");
  });

  test("of an invalid state keeps the key, and names the invalid property", async () => {
    const { handlers } = uko.run("bob");
    await expect(handlers.delete({ vaultId }, options)).rejects.toMatchObject({
      code: "UKO_INPUT_INVALID",
      detail: expect.stringContaining("keyId: is required"),
    });
  });

  test.each([
    [401, "UKO_ACCESS_DENIED"],
    [403, "UKO_RIGHTS_MISSING"],
  ])("a %i never means that the key is deleted", async (status, code) => {
    const state = await uko.make();
    await uko.fault({ operation: "getManagedKey", status });
    expect(await codeOf(uko.run("bob").handlers.delete(state, options))).toBe(code);
    expect(await codeOf(uko.run("bob").handlers.read(state, options))).toBe(code);
  });

  test("requires two people although an edited state says one: the marker on the key takes precedence", async () => {
    const state = await uko.make();
    const edited = { ...state, dualAuthorization: "single", deletionGate: "destroy" };
    expect(await unfinished(uko.run("carol").handlers, edited)).toMatchObject({ code: "UKO_APPROVAL_PENDING" });
    expect(await uko.effects()).not.toContain("deactivateManagedKey");
  });

  test("requires two people if one run asks for it, although the program says single", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    const { handlers } = uko.run("carol", { leastPeople: "destroy" });
    expect(await unfinished(handlers, state)).toMatchObject({ code: "UKO_APPROVAL_PENDING" });
  });
});
