import { expect, test } from "vitest";
import { takeInventory } from "../../../provider/engine/commands/inventory.ts";
import type { World } from "../../../provider/engine/ports/world.ts";
import { keyTemplate } from "../../../provider/resources/key-template/index.ts";
import { keystore } from "../../../provider/resources/keystore/index.ts";
import { managedKey } from "../../../provider/resources/managed-key/index.ts";
import { vault } from "../../../provider/resources/vault.ts";
import { vaultId } from "../../emulator/harness.ts";
import { codeOf, options, useEngineWorld } from "../harness.ts";

const uko = useEngineWorld();

const inventoryOf = (world: World, id = vaultId) =>
  takeInventory(world, [vault, keystore, keyTemplate, managedKey], id, options);
const namesOf = ({ items }: Awaited<ReturnType<typeof inventoryOf>>, resource: string) =>
  items.filter((item) => item.resource === resource).map(({ name }) => name);

test("leaves out what no program of this release can express, and takes everything else", async () => {
  await uko.make({ label: "salaries", template: "cards" });
  const { templates } = uko.test.emulator.world;
  for (const template of templates.values())
    if (template.name === "cards") Object.assign(template, { algorithm: "ml_kem" });
  const inventory = await inventoryOf(uko.run("bob").world);
  expect(namesOf(inventory, "KeyTemplate")).toEqual(["payroll", "payroll-draft", "cards-draft"]);
  expect(namesOf(inventory, "ManagedKey")).toEqual(["salaries"]);
  expect(inventory.leftOut).toEqual([
    `Template "cards" ${vaultId}/7e110000-0000-4000-8000-000000000003: cannot be declared because of its algorithm`,
  ]);
});

test("reports the keystores that a list leaves out", async () => {
  const wrap = (world: World): World => ({
    ...world,
    keystores: {
      ...world.keystores,
      list: async (...call) => (await world.keystores.list(...call)).map((each) => ({ ...each, type: "luna_hsm" })),
    },
  });
  const inventory = await inventoryOf(uko.run("bob", { wrap }).world);
  expect(namesOf(inventory, "Keystore")).toEqual([]);
  expect(inventory.leftOut).toEqual([
    expect.stringContaining("payroll-ring"),
    expect.stringContaining("aws-frankfurt"),
  ]);
});

test("reports a vault that does not exist", async () => {
  const other = vaultId.replace("5c1e", "5c1f");
  expect(await codeOf(inventoryOf(uko.run("bob").world, other))).toBe("UKO_NOT_FOUND");
});
