/** How what is there comes under management with the real OpenTofu: import blocks, and `moved` blocks from IBM's provider. */

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { TofuPerson } from "../../stage/tofu.ts";
import { startIbmStandIn } from "./support/ibm-stand-in.ts";
import { keyProgram, type TofuStage, vaultId, withStage } from "./support/tofu-stage.ts";

/** A key that nobody's state has: Bob made it, and forgot it. */
async function forgottenKey(stage: TofuStage): Promise<{ readonly bob: TofuPerson; readonly keyId: string }> {
  const bob = await stage.person("bob");
  await bob.apply();
  const keyId = String((await bob.state()).resources[0]?.attributes.key_id);
  await bob.run(["state", "rm", "uko_managed_key.payroll"]);
  return { bob, keyId };
}

test("an import block takes a key up by its id or by its identity, and plans nothing else", () =>
  withStage(async (stage) => {
    const { bob, keyId } = await forgottenKey(stage);
    const blocks = [
      `import {\n  to = uko_managed_key.payroll\n  id = "${vaultId}/${keyId}"\n}`,
      `import {\n  to = uko_managed_key.payroll\n  identity = {\n    vault_id = "${vaultId}"\n    key_id = "${keyId}"\n  }\n}`,
    ];
    for (const block of blocks) {
      await bob.writeProgram(keyProgram("", block));
      const mark = await stage.mark();
      const imported = await bob.apply();
      expect(imported, imported.output).toMatchObject({
        ...{ exitCode: 0, applied: { add: 0, change: 0, import: 1, remove: 0 } },
      });
      expect(await stage.effects(mark)).toEqual([]);
      expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
      await bob.run(["state", "rm", "uko_managed_key.payroll"]);
    }
  }));

test("a moved block takes over what IBM's provider has in the state, without a call to that provider", () =>
  withStage(async (stage) => {
    const { bob, keyId } = await forgottenKey(stage);
    const attributes = {
      ...{
        id: `eu-de/${stage.uko.instanceId}/${vaultId}/${keyId}`,
        instance_id: stage.uko.instanceId,
        region: "eu-de",
      },
      ...{ uko_vault: vaultId, key_id: keyId, label: "payroll", template_name: "payroll", vault: [{ id: vaultId }] },
    };
    const state = {
      ...{ version: 4, terraform_version: "1.12.6", serial: 100, lineage: await lineageOf(bob), outputs: {} },
      resources: [
        {
          ...{ mode: "managed", type: "ibm_hpcs_managed_key", name: "payroll" },
          provider: 'provider["registry.opentofu.org/ibm-cloud/ibm"]',
          instances: [{ schema_version: 0, attributes, sensitive_attributes: [], private: "bnVsbA==" }],
        },
      ],
    };
    const file = path.join(bob.home, "ibm.tfstate");
    await writeFile(file, JSON.stringify(state));
    const pushed = await bob.run(["state", "push", file]);
    expect(pushed.exitCode, pushed.output).toBe(0);
    const moved = "moved {\n  from = ibm_hpcs_managed_key.payroll\n  to   = uko_managed_key.payroll\n}";
    await bob.writeProgram(keyProgram("", moved));
    const mark = await stage.mark();
    await using ibm = await startIbmStandIn(["ibm_hpcs_managed_key"]);
    const applied = await bob.apply([], { env: ibm.env });
    expect(applied, applied.output).toMatchObject({ exitCode: 0 });
    expect(await stage.effects(mark)).toEqual([]);
    expect((await bob.state()).resources).toMatchObject([
      {
        address: "uko_managed_key.payroll",
        attributes: { key_id: keyId, lifecycle_state: "active", label: "payroll" },
      },
    ]);
    expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
  }));

async function lineageOf(person: TofuPerson): Promise<string> {
  return (JSON.parse((await person.run(["state", "pull"])).stdout) as { lineage: string }).lineage;
}
