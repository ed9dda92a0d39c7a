/** Templates of a later release of the service, with values that this release does not know. */

import { expect, test } from "vitest";
import { vaultId } from "../../emulator/harness.ts";
import { checkedBy, containersOf } from "../../engine/containers-harness.ts";
import { codeOf, options, useEngineWorld } from "../../engine/harness.ts";

const uko = useEngineWorld();

const templateId = "7e110000-0000-4000-8000-000000000003";
const later = { algorithm: "ml_kem", size: "1024", keyState: "dormant", keystoreType: "luna_hsm" };

/** The seeded template as a later release would return it. */
function rewrite(over: object = later): void {
  Object.assign(uko.test.emulator.world.templates.get(templateId) ?? {}, over);
}

test("are found, listed, read and deleted like any other", async () => {
  rewrite();
  const { templates } = containersOf(uko, "bob");
  const found = await templates.lookup(`${vaultId}/${templateId}`, options);
  expect(found?.state).toMatchObject(later);
  expect((await templates.list({ vaultId }, options)).map(({ state }) => state.algorithm)).toContain("ml_kem");
  const read = await templates.read(found?.state, options);
  expect([read?.state, read?.warnings]).toEqual([found?.state, []]);
  expect(await templates.delete(found?.state, options)).toMatchObject({ kind: "ended" });
});

test("with unknown values for Google, Azure and CCA are also read", async () => {
  const { templates } = containersOf(uko, "bob");
  const variants = {
    google_kms: { google_key_protection_level: "external", google_key_purpose: "kem", google_kms_algorithm: "ML-KEM" },
    azure_key_vault: { azure_key_protection_level: "external", azure_key_operations: ["encapsulate"] },
    cca: { cca_usage_control: "everything", cca_key_type: "quantum", cca_key_words: ["WORD"] },
  };
  for (const [keystoreType, keystoreFields] of Object.entries(variants)) {
    rewrite({ keystoreType, keystoreFields });
    const found = await templates.lookup(`${vaultId}/${templateId}`, options);
    expect((await templates.read(found?.state, options))?.state, keystoreType).toEqual(found?.state);
  }
});

test("cannot be written in a program, and never match the program's values", async () => {
  rewrite();
  const { templates } = containersOf(uko, "bob");
  const found = await templates.lookup(`${vaultId}/${templateId}`, options);
  const { instanceId: _i, templateId: _t, version: _v, ...there } = found?.state ?? ({} as never);
  const refused = templates.check(there, {}).failures.map(({ property }) => property);
  expect(refused.toSorted()).toEqual(["algorithm", "keyState", "keystoreType"]);
  const known = { ...there, algorithm: "aes", size: "256", keyState: "active", keystoreType: "aws_kms" };
  expect(
    templates
      .check(known, found?.state)
      .failures.map(({ property }) => property)
      .toSorted(),
  ).toEqual(["algorithm", "keystoreType"]);
  const adopting = templates.create(checkedBy(templates, { ...known, existingTemplateId: templateId }), options);
  expect(await codeOf(adopting)).toBe("UKO_CHANGE_IMPOSSIBLE");
});
