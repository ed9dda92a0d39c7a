/**
 * OpenTofu plans a deletion and the declaration of the same object in any order, and applies a plan that was saved. 04-shared-object
 * has the runs of programs.
 */

import { expect, test } from "vitest";
import { vaultId } from "../emulator/harness.ts";
import type { Core } from "../terraform-plugin/core.ts";
import { type keyConfig as KeyConfig, keyConfig, useStage } from "../terraform-plugin/stage.ts";

const stage = useStage();

const stateOf = async (core: Core): Promise<unknown> =>
  (await stage.uko.test.as("carol").key(String(core.saved?.value.key_id))).body.state;
const single = { dual_authorization: "single" };

/** The key under its former name, which left the configuration, and the resource that adopts the key. */
async function renamed(): Promise<{ former: Core; later: Core; adopting: ReturnType<typeof KeyConfig> }> {
  const former = await stage.made(single);
  const adopting = keyConfig({ ...single, existing_key_id: former.saved?.value.key_id });
  return { former, later: stage.core("uko_managed_key"), adopting };
}

const wayOut = /^This run deletes a uko_managed_key whose object another resource of the configuration declares/;

test("of the deletion and the adoption of a key, the plan refuses the one that comes second", async () => {
  const { former, later, adopting } = await renamed();
  expect((await later.plan(adopting)).errors).toEqual([]);
  const [refused = ""] = (await former.plan(null)).errors;
  expect(refused).toMatch(wayOut);
  expect(refused).toContain("moved {");
  expect(refused).toContain("from = uko_managed_key.<former name>");
  expect(refused).toContain("state rm uko_managed_key.<former name>");
  expect(refused).toContain("[UKO_DECLARED_TWICE]");
  await stage.bob.provider.configureProvider();
  expect((await former.plan(null)).errors).toEqual([]);
  expect((await later.plan(adopting)).errors[0]).toMatch(wayOut);
});

test("the same after a refresh, and for a key that an import block took up under another name", async () => {
  const { former } = await renamed();
  const imported = stage.core("uko_managed_key");
  imported.restore(former.saved);
  await former.refresh();
  await imported.refresh();
  expect((await imported.plan(keyConfig(single))).errors).toEqual([]);
  expect((await former.plan(null)).errors[0]).toMatch(wayOut);
});

test("a deletion that is applied although the run plans the adoption takes no step, and the state keeps the key", async () => {
  const { former, later, adopting } = await renamed();
  const plan = await former.plan(null);
  await stage.bob.provider.configureProvider();
  expect((await later.plan(adopting)).errors).toEqual([]);
  const before = former.saved;
  const { errors } = await former.applySaved(plan, null);
  expect(errors.join("\n")).toContain("[UKO_DECLARED_TWICE]");
  expect(former.saved?.value).toEqual(before?.value);
  expect(await stateOf(former)).toBe("active");
});

const renamedBlock =
  /^This run deletes the (?:key|vault|keystore|template) "\w+" and creates another one with its (?:label|name)/;

const periods = { activation_period: "P0D", expiration_period: "P2Y" };
const template = { algorithm: "aes", size: "256", group: "payroll", ...periods, keystore_type: "ibm_cloud_kms" };
const kinds = [
  ["uko_managed_key", keyConfig(single)],
  ["uko_vault", { name: "ledger" }],
  ["uko_keystore", { vault_id: vaultId, type: "internal", name: "ledger" }],
  ["uko_key_template", { vault_id: vaultId, name: "ledger", ...template }],
] as const;

test.each(kinds)(
  "a renamed %s is refused in either order of the plans, and the apply takes no step",
  async (typeName, config) => {
    const former = stage.core(typeName);
    expect(await former.apply(config)).toMatchObject({ errors: [] });
    await stage.uko.advance("60s");
    await stage.bob.provider.configureProvider();
    const later = stage.core(typeName);
    const deletion = await former.plan(null);
    expect(deletion.errors).toEqual([]);
    expect((await later.plan(config)).errors[0]).toMatch(renamedBlock);
    await stage.bob.provider.configureProvider();
    expect((await later.plan(config)).errors).toEqual([]);
    const [refused = ""] = (await former.plan(null)).errors;
    expect(refused).toMatch(renamedBlock);
    expect(refused).toContain(`from = ${typeName}.<former name>`);
    expect(refused).toContain("[UKO_DECLARED_TWICE]");
    expect((await former.settle(deletion, null)).errors[0]).toContain("[UKO_DECLARED_TWICE]");
    expect(former.saved).toBeDefined();
  },
);

test("a creation that finds the vault under its name stops the deletion of that vault in the same apply", async () => {
  const former = stage.core("uko_vault");
  expect(await former.apply({ name: "ledger" })).toMatchObject({ errors: [] });
  await stage.uko.advance("60s");
  await stage.bob.provider.configureProvider();
  const deletion = await former.plan(null);
  await stage.bob.provider.configureProvider();
  const later = stage.core("uko_vault");
  const creation = await later.plan({ name: "ledger" });
  await stage.bob.provider.configureProvider();
  const [taken = ""] = (await later.settle(creation, { name: "ledger" })).errors;
  expect(taken).toContain("write a moved block from that name to the new one");
  expect(taken).toMatch(/\n {4}to = uko_vault\.<name>\n {4}id = "[\da-f-]{36}"\n/);
  expect((await former.settle(deletion, null)).errors[0]).toContain("[UKO_DECLARED_TWICE]");
});

test("without a moved block and without an adoption, the creation fails and names the moved block", async () => {
  const { former } = await renamed();
  const later = stage.core("uko_managed_key");
  const [refused = ""] = (await later.apply(keyConfig(single))).errors;
  expect(refused).toContain("write a moved block from that name to the new one");
  expect(refused).toContain("If no other resource of this or another state declares key");
  expect(refused).toMatch(
    /\n {2}import \{\n {4}to = uko_managed_key\.<name>\n {4}id = "[\da-f-]{36}\/[\da-f-]{36}"\n {2}\}\n/,
  );
  expect(await stateOf(former)).toBe("active");
});
