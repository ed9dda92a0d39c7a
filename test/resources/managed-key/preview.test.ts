/** The plan of a managed key's creation, and the adoption that writes what its plan showed. */

import { describe, expect, test } from "vitest";
import { checked, inputsOf, options, useEngineWorld } from "../../engine/harness.ts";

const uko = useEngineWorld();
const unknownVault = "5c1e0000-0000-4000-8000-00000000dead";
const absentKey = "9b2d0000-0000-4000-8000-00000000dead";

type Over = Readonly<Record<string, unknown>>;

function preview(over: Over = {}, planned: readonly string[] = [], origin?: string) {
  const { handlers } = uko.run("bob");
  const isPlanned = (place: string) => planned.includes(place);
  return handlers.previewCreation(inputsOf(over), { ...options, isPlanned, ...(origin !== undefined && { origin }) });
}

describe("the preview of a creation", () => {
  test("finds nothing where the creation would succeed, and reads each list once for all keys", async () => {
    const { handlers } = uko.run("bob");
    const seq = await uko.lastSeq();
    for (const label of ["one", "two", "three"]) {
      const found = await handlers.previewCreation(inputsOf({ label }), { ...options, isPlanned: () => false });
      expect(found).toEqual({ failures: [], warnings: [] });
    }
    const reads = (await uko.trail()).filter((entry) => entry.seq > seq).map(({ operation }) => operation);
    expect(reads.filter((each) => ["listVaults", "listTemplates", "listManagedKeys"].includes(each)).sort()).toEqual([
      "listManagedKeys",
      "listTemplates",
      "listVaults",
    ]);
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("names the templates that exist if the program names another one, unless the run creates that one", async () => {
    const { failures } = await preview({ template: "salaries" });
    expect(failures).toEqual([
      {
        property: "template",
        reason: expect.stringMatching(/^vault \S+ has no template "salaries"$/),
        remedy: expect.stringMatching(/^its templates: .*payroll/),
      },
    ]);
    const { vaultId } = inputsOf();
    expect((await preview({ template: "salaries" }, [`KeyTemplate ${vaultId} salaries`])).failures).toEqual([]);
  });

  test("names the vaults if the program names one that does not exist", async () => {
    const { failures } = await preview({ vaultId: unknownVault });
    expect(failures).toEqual([
      {
        property: "vaultId",
        reason: `you cannot read vault ${unknownVault}, or it does not exist`,
        remedy: expect.stringMatching(/^vaults that you can read: .*\(payments\)/),
      },
    ]);
  });

  test("says which key has the label, unless an interrupted creation of this resource made that key", async () => {
    const { handlers } = uko.run("bob");
    const origin = "urn:pulumi:prod::pay::uko:index:ManagedKey::payroll";
    const made = await handlers.create(checked(handlers, inputsOf()), { ...options, origin });
    const { failures } = await preview();
    expect(failures).toEqual([
      {
        property: "label",
        reason: expect.stringMatching(/has a key with this label already$/),
        remedy: expect.stringContaining(made.state.keyId),
      },
    ]);
    expect((await preview({}, [], origin)).failures).toEqual([]);
  });

  test("refuses a key to adopt that does not exist, or that another template made", async () => {
    expect((await preview({ existingKeyId: absentKey })).failures).toEqual([
      expect.objectContaining({ property: "existingKeyId", reason: expect.stringContaining("was not found") }),
    ]);
    const made = await uko.make();
    const { failures } = await preview({ existingKeyId: made.keyId, template: "cards" });
    expect(failures).toEqual([
      expect.objectContaining({
        property: "existingKeyId",
        reason: expect.stringContaining('from template "payroll"'),
      }),
    ]);
  });

  test("leaves to the creation what it cannot read", async () => {
    await uko.fault({ operation: "listVaults", status: 403 });
    expect(await preview({ template: "salaries" })).toEqual({ failures: [], warnings: [] });
  });
});

describe("an adoption", () => {
  test("writes what the program declares and keeps the rest, as its preview says without any value", async () => {
    const made = await uko.make({ description: "Salaries", tags: { team: "people" }, expirationDate: "2031-01-31" });
    const over = { existingKeyId: made.keyId, label: "wages", description: "Wages", tags: { team: "pay" } };
    const { warnings } = await preview(over);
    expect(warnings).toEqual([
      [
        `This run adopts the existing key "payroll" (${made.keyId}), which is active, and creates none`,
        "  It writes the values that are declared: label, description, tags.",
        "  It keeps what is not declared: activationDate, expirationDate.",
      ].join("\n"),
    ]);
    const { handlers } = uko.run("bob");
    const news = checked(handlers, inputsOf(over));
    const { state } = await handlers.create(news, options);
    expect(state).toMatchObject({ label: "wages", description: "Wages", tags: { team: "pay" } });
    expect(await uko.keyOf(made)).toMatchObject({ label: "wages", description: "Wages" });
    expect(handlers.diff(state, news)).toEqual([]);
  });

  test("does not take a step towards the state that the program wants", async () => {
    const made = await uko.make({ dualAuthorization: "single" });
    const { handlers } = uko.run("carol");
    const over = { existingKeyId: made.keyId, description: "x", state: "destroyed", dualAuthorization: "single" };
    await handlers.create(checked(handlers, inputsOf(over)), options);
    expect(await uko.keyOf(made)).toMatchObject({ state: "active", description: "x" });
  });
});
