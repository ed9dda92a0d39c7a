/** A search by name: exactly one object must have the name. Each message names the IDs of the candidates. */

import { expect, test } from "vitest";
import type { World } from "../../provider/engine/ports/world.ts";
import { hclDialect } from "../../provider/engine/text/dialect.ts";
import { functions } from "../../provider/resources/functions.ts";
import { vaultId } from "../emulator/harness.ts";
import { options, useEngineWorld } from "../engine/harness.ts";

const uko = useEngineWorld();
const secondId = "9b2d0000-0000-4000-8000-00000000beef";
const run = { leastPeople: "single" } as const;

/** Bob's world, in which a list also has what this function adds. */
function worldWith(change: (world: World) => World = (world) => world): World {
  return { ...change(uko.run("bob").world), dialect: hclDialect };
}

const keyNamed = (world: World, label: string) =>
  functions.getManagedKey.query(world, { vaultId, label }, run, options);

test("a name that several objects have is an error that names their IDs and says what to set", async () => {
  const { keyId } = await uko.make();
  const world = worldWith((bare) => ({
    ...bare,
    keys: {
      ...bare.keys,
      list: async (filter, how) => {
        const found = await bare.keys.list(filter, how);
        return [...found, ...found.map((key) => ({ ...key, keyId: secondId }))];
      },
    },
  }));
  await expect(keyNamed(world, "payroll")).rejects.toMatchObject({
    code: "UKO_INPUT_INVALID",
    summary: '2 keys have the label "payroll"',
    detail: `Set key_id to the ID of one of these, in place of label:\n  ${keyId}\n  ${secondId}`,
  });
});

test("a name that nothing has is an error that names at most three alike, the closest first", async () => {
  for (const label of ["payroll-4", "Payroll", "payrol", "payroll-old", "ledger"]) await uko.make({ label });
  const ids = new Map<string, string>();
  for (const key of await uko.run("bob").world.keys.list({ vaultId }, options)) ids.set(key.label, key.keyId);
  const alike = ["Payroll", "payrol", "payroll-4"].map((label) => `"${label}" (${ids.get(label)})`);
  await expect(keyNamed(worldWith(), "payroll")).rejects.toMatchObject({
    code: "UKO_KEY_NOT_FOUND",
    summary: 'No key of the vault has the label "payroll"',
    detail: `Did you mean ${alike.join(", ")}?\nNext: list the keys that you can read with\n  uko ls ${vaultId} --kind key`,
  });
});

test("without an alike name, the error says what can be the reason", async () => {
  await expect(functions.getVault.query(worldWith(), { name: "zebra" }, run, options)).rejects.toMatchObject({
    code: "UKO_NOT_FOUND",
    summary: 'No vault has the name "zebra"',
    detail: expect.stringMatching(/^It does not exist, or this identity cannot read it\.\nNext: .*\n {2}uko ls$/),
  });
});

test("a name in a vault that does not exist is an error about the vault", async () => {
  const given = { vaultId: "5c1e0000-0000-4000-8000-00000000dead", name: "payroll" };
  await expect(functions.getKeyTemplate.query(worldWith(), given, run, options)).rejects.toMatchObject({
    summary: "Vault 5c1e0000-0000-4000-8000-00000000dead was not found",
    detail: expect.stringContaining(vaultId),
  });
});

test("an object that is deleted between the list and the read counts as not found", async () => {
  await uko.make();
  const world = worldWith((bare) => ({
    ...bare,
    keys: {
      ...bare.keys,
      list: async (filter, how) => (await bare.keys.list(filter, how)).map((key) => ({ ...key, keyId: secondId })),
    },
  }));
  await expect(keyNamed(world, "payroll")).rejects.toMatchObject({ code: "UKO_KEY_NOT_FOUND" });
});
