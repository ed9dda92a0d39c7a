/** Key templates against the emulator: mutable and immutable properties, and deletion only after their keys. */

import { describe, expect, test } from "vitest";
import { vaultId } from "../emulator/harness.ts";
import { checkedBy, containersOf, spiedOn } from "../engine/containers-harness.ts";
import { codeOf, options, useEngineWorld } from "../engine/harness.ts";

const uko = useEngineWorld();

const payroll = "7e110000-0000-4000-8000-000000000001";
const ledger = {
  vaultId,
  name: "ledger",
  algorithm: "aes",
  size: "256",
  activationPeriod: "P0D",
  expirationPeriod: "P2Y",
  keystoreType: "ibm_cloud_kms",
  group: "payroll",
};
const google = {
  ...ledger,
  keystoreType: "google_kms",
  google: { protectionLevel: "hsm", purpose: "encrypt_decrypt", algorithm: "google_symmetric_encryption" },
};

const create = (news: unknown) => {
  const { templates } = containersOf(uko, "bob");
  return templates.create(checkedBy(templates, news), options);
};
/** The existing templates, as a program would declare them. */
async function adopt(over: object = {}) {
  const { templates } = containersOf(uko, "bob");
  const found = await templates.lookup(`${vaultId}/${payroll}`, options);
  if (found === undefined) throw new Error("The seeded template is not there.");
  const { instanceId: _i, templateId: _t, version: _v, ...inputs } = found.state;
  const news = { ...inputs, existingTemplateId: payroll, ...over };
  return { news, made: await create(news) };
}
const spied = () => spiedOn("templates");

describe("creating a template", () => {
  test.each([
    ["operations in Azure", { keystoreType: "azure_key_vault", azure: { protectionLevel: "hsm", operations: [] } }],
    ["a key's words", { keystoreType: "cca", cca: { keyType: "data", keyWords: [] } }],
  ])("treats an empty list of %s as absent", async (_what, over) => {
    const news = { ...ledger, ...over };
    const { state } = await create(news);
    const { templates } = containersOf(uko, "bob");
    const found = await templates.read(state, options);
    expect(found?.state).toMatchObject(over);
    expect(templates.check(news, found?.state).failures).toEqual([]);
    expect(templates.diff(found?.state, checkedBy(templates, news, state))).toEqual([]);
    // As found by its ID, without a program that sets them.
    const imported = await templates.lookup(`${vaultId}/${state.templateId}`, options);
    expect(templates.check(news, imported?.state).failures).toEqual([]);
    expect(templates.diff(imported?.state, checkedBy(templates, news, imported?.state))).toEqual([]);
  });

  test("archives it if the program says so", async () => {
    expect((await create({ ...ledger, archived: true })).state.archived).toBe(true);
  });

  test("keeps it in state if archiving fails, and archives it with the next update", async () => {
    await uko.fault({ operation: "archiveTemplate", status: 403, times: 1 });
    const { state, warnings } = await create({ ...ledger, archived: true });
    expect(warnings).toEqual([expect.stringContaining("was created but not archived")]);
    const { templates } = containersOf(uko, "bob");
    const news = checkedBy(templates, { ...ledger, archived: true }, state);
    expect(templates.diff(state, news)).toEqual(["archived"]);
    expect((await templates.update(state, news, options)).state.archived).toBe(true);
  });

  test("requires the Creator role, and names a person with it", async () => {
    const { templates } = containersOf(uko, "alice");
    await expect(templates.create(checkedBy(templates, ledger), options)).rejects.toMatchObject({
      code: "UKO_RIGHTS_MISSING",
      detail: expect.stringContaining("Key Custodian - Creator or Vault Administrator"),
    });
  });

  test("never adopts one of the same name", async () => {
    await expect(create({ ...ledger, name: "payroll" })).rejects.toMatchObject({
      code: "UKO_SERVICE_REFUSED",
      detail: expect.stringContaining(`declares template ${payroll}, set existingTemplateId to it`),
    });
  });

  test.each([
    [{ ...ledger, name: "1st" }, "name"],
    [{ ...ledger, activationPeriod: "2 years" }, "activationPeriod"],
    [{ ...ledger, expirationPeriod: "P" }, "expirationPeriod"],
    [{ ...ledger, group: "g" }, "group"],
    [{ ...ledger, google: google.google }, "google.protectionLevel", "google.purpose", "google.algorithm"],
    [{ ...google, google: undefined }, "google.purpose"],
    [{ ...ledger, keyState: "destroyed" }, "keyState"],
    [{ ...ledger, algorithm: "aes", size: "333" }, "size"],
  ])("fails in preview for %j", (news, ...properties) => {
    const { failures } = containersOf(uko, "bob").templates.check(news, {});
    expect(failures.map(({ property }) => property)).toEqual(properties);
  });
});

describe("changing a template", () => {
  test("sends only the differences, and reports that keys stay unchanged", async () => {
    const { state } = await create(ledger);
    const { patches, wrap } = spied();
    const { templates } = containersOf(uko, "bob", { wrap });
    const news = checkedBy(templates, { ...ledger, expirationPeriod: "P3Y" }, state);
    const updated = await templates.update(state, news, options);
    expect(patches).toEqual([{ expirationPeriod: "P3Y" }]);
    expect(updated.warnings).toEqual([expect.stringContaining("align: true")]);
    expect((await templates.update(updated.state, news, options)).warnings).toEqual([]);
    expect(patches).toHaveLength(1);
  });

  test("of the Google properties sends all of them, with the group", async () => {
    const { state } = await create(google);
    const { patches, wrap } = spied();
    const { templates } = containersOf(uko, "bob", { wrap });
    const news = { ...google, google: { ...google.google, protectionLevel: "software" } };
    expect(templates.diff(state, checkedBy(templates, news, state))).toEqual(["google"]);
    await templates.update(state, checkedBy(templates, news, state), options);
    expect(patches).toEqual([
      {
        group: "payroll",
        google: {
          protectionLevel: "software",
          purpose: "encrypt_decrypt",
          algorithm: "google_symmetric_encryption",
        },
      },
    ]);
  });

  test.each([
    ["algorithm", "rsa"],
    ["keystoreType", "aws_kms"],
    ["namingScheme", "<app>-key"],
  ])("cannot change its %s", async (property, value) => {
    const { state } = await create({ ...ledger, namingScheme: "<app>" });
    const { templates } = containersOf(uko, "bob");
    const news = { ...ledger, [property]: value };
    expect(templates.check(news, state).failures).toContainEqual(expect.objectContaining({ property }));
    expect(await codeOf(templates.update(state, news, options))).toBe("UKO_CHANGE_IMPOSSIBLE");
  });

  test("of its group is refused while an installed key would lose its keystore", async () => {
    const { news, made } = await adopt();
    const { templates } = containersOf(uko, "bob");
    const moved = checkedBy(templates, { ...news, group: "other" }, made.state);
    expect((await templates.update(made.state, moved, options)).state.group).toBe("other");
    const back = checkedBy(templates, { ...news, group: "payroll" }, made.state);
    await templates.update(made.state, back, options);
    await uko.make({ label: "salaries" });
    await expect(templates.update(made.state, moved, options)).rejects.toMatchObject({
      code: "UKO_KEY_WOULD_BE_UNLINKED",
      detail: expect.stringContaining('Key "salaries"'),
    });
  });

  test("archives and unarchives around changes that an archived template refuses", async () => {
    const { state } = await create(ledger);
    const { templates } = containersOf(uko, "bob");
    const archived = await templates.update(state, checkedBy(templates, { ...ledger, archived: true }, state), options);
    expect(archived.state.archived).toBe(true);
    const news = checkedBy(templates, { ...ledger, group: "other" }, archived.state);
    expect(templates.diff(archived.state, news)).toEqual(["group", "archived"]);
    expect((await templates.update(archived.state, news, options)).state).toMatchObject({
      archived: false,
      group: "other",
    });
  });

  test("of a system template is refused", async () => {
    const found = uko.test.emulator.world.templates.get(payroll);
    if (found === undefined) throw new Error("The seeded template is not there.");
    Object.assign(found, { type: "system" });
    expect(await codeOf(adopt())).toBe("UKO_CHANGE_IMPOSSIBLE");
  });
});

describe("the deletion of a template", () => {
  test("succeeds after its last key, including destroyed keys", async () => {
    const { made } = await adopt();
    const end = () => containersOf(uko, "bob").templates.delete(made.state, options);
    await uko.make({ label: "salaries" });
    expect(await end()).toMatchObject({
      code: "UKO_CONTAINER_IN_USE",
      message: expect.stringMatching(/^Template "payroll" is still used by key "salaries" \(active\)\n/),
    });
    uko.reset();
    await uko.make({ template: "cards" });
    expect(await end()).toMatchObject({ kind: "ended" });
    expect(await containersOf(uko, "bob").templates.read(made.state, options)).toBeUndefined();
  });

  test("reports after an unreadable list that uko deleted nothing", async () => {
    const { made } = await adopt();
    expect(await containersOf(uko, "erin").templates.delete(made.state, options)).toMatchObject({
      code: "UKO_CONTENTS_UNREADABLE",
    });
  });

  test("is listed with all others of its vault except system templates, which no program can adopt", async () => {
    const { templates } = containersOf(uko, "bob");
    expect(await templates.list({ vaultId }, options)).toHaveLength(4);
    Object.assign(uko.test.emulator.world.templates.get(payroll) ?? {}, { type: "system" });
    expect(await templates.list({ vaultId }, options)).toHaveLength(3);
  });
});
