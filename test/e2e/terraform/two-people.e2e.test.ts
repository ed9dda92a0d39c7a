/** The life of a key with the real OpenTofu and the installed provider: created, unchanged, and deleted by two people. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { terraformSchemaFile } from "../../../sdk/make/schema-file.ts";
import type { TofuResult } from "../../stage/tofu.ts";
import { keyProgram, type, vaultId, withMade, withStage } from "./support/tofu-stage.ts";

const hourMs = 3_600_000;
const errorsOf = ({ diagnostics }: TofuResult) => diagnostics.filter(({ severity }) => severity === "error");

test("apply creates a key, the next plan is empty, and two people delete it, each with uko approve", () =>
  withStage(async (stage) => {
    const [alice, bob] = [await stage.person("alice"), await stage.person("bob")];
    const made = await bob.apply();
    expect(made, made.output).toMatchObject({ exitCode: 0, applied: { add: 1 } });
    const unchanged = await alice.plan(["-detailed-exitcode"]);
    expect(unchanged.exitCode, unchanged.output).toBe(0);
    await stage.advance(60_000);

    const asked = await bob.destroy();
    expect(asked.exitCode).toBe(1);
    expect(asked.diagnostics.filter(({ isFromPlan }) => isFromPlan).map(({ says }) => says)).toEqual([
      'Deleting key "payroll" requires two people and several runs',
    ]);
    // The engine shows no address beside the error of a deletion, so the message has to name the key.
    expect(errorsOf(asked).map(({ says }) => says)).toEqual([
      'Key "payroll" is waiting for a second person to approve its deactivation',
    ]);
    expect((await bob.state()).resources).toMatchObject([
      {
        isTainted: false,
        attributes: { lifecycle_state: "pending_approval", deletion_requested_by: "IBMid-550000BOB" },
        identity: { vault_id: vaultId },
      },
    ]);

    const mark = await stage.mark();
    expect((await alice.destroy()).exitCode).toBe(1);
    expect(await stage.effects(mark)).toEqual([]);

    await type(alice, ["approve", "payroll"]);
    await type(alice, ["request", "payroll"]);
    const cooling = await bob.destroy();
    expect(errorsOf(cooling)[0]?.says).toMatch(/^Key "payroll" is deactivated and is waiting for a second person/);
    expect((await bob.state()).resources[0]?.attributes).toMatchObject({ lifecycle_state: "cooling_down" });

    await stage.advance(4 * hourMs + 60_000);
    await type(bob, ["approve", "payroll"]);
    const destroyed = await bob.destroy(["-refresh=false"]);
    expect(errorsOf(destroyed)[0]?.says).toMatch(/^Key "payroll" is destroyed; keystore "payroll-ring" still holds/);
    expect((await bob.state()).resources[0]?.attributes).toMatchObject({ lifecycle_state: "pending_destruction" });

    await stage.advance(31 * 24 * hourMs);
    const removed = await bob.destroy();
    expect(removed, removed.output).toMatchObject({ exitCode: 0, applied: { remove: 1 } });
    expect((await bob.state()).resources).toEqual([]);
  }));

test("each destroy of the requester takes the step for which another person stored an approval", () =>
  withStage(async (stage) => {
    const [alice, carol] = [await stage.person("alice"), await stage.person("carol")];
    await carol.apply();
    await carol.destroy();
    await type(alice, ["approve", "payroll", "--store"]);
    const mark = await stage.mark();
    expect((await alice.destroy()).exitCode, "not the run of the approver").toBe(1);
    expect(await stage.effects(mark)).toEqual([]);
    const asked = await carol.destroy();
    expect(await stage.effects(mark)).toContain("deactivateManagedKey");
    expect(errorsOf(asked).map(({ says }) => says)).toEqual([
      'Key "payroll" is deactivated and is waiting for a person to request its destruction',
    ]);
    expect((await carol.state()).resources[0]?.attributes).toMatchObject({ lifecycle_state: "cooling_down" });

    await type(carol, ["request", "payroll"]);
    await stage.advance(4 * hourMs + 60_000);
    await type(alice, ["approve", "payroll", "--store"]);
    const destroyed = await carol.destroy();
    expect(errorsOf(destroyed)[0]?.says).toMatch(/^Key "payroll" is destroyed; keystore "payroll-ring" still holds/);
  }));

test("a key cannot be replaced: the plan refuses -replace, warns about a taint, and the apply fails", () =>
  withMade(keyProgram(), async ({ stage, bob, mark }) => {
    const replaced = await bob.plan(["-replace=uko_managed_key.payroll"]);
    expect(replaced.exitCode).toBe(1);
    expect(replaced.firstErrorLine).toMatch(/^A uko_managed_key cannot be replaced/);
    await bob.run(["taint", "uko_managed_key.payroll"]);
    for (const args of [[], ["-refresh=false"]]) {
      const planned = await bob.plan(args);
      expect(planned.exitCode, planned.output).toBe(0);
      expect(planned.output).toContain('Key "payroll" is already in the state, so no other key can have its label');
      expect(planned.output).toContain("tofu untaint");
    }
    const tainted = await bob.apply();
    expect(tainted.exitCode).toBe(1);
    expect(tainted.firstErrorSays).toMatch(/^Key "payroll" \S+: A uko_managed_key cannot be replaced/);
    expect(await stage.effects(mark)).toEqual([]);
    await bob.run(["untaint", "uko_managed_key.payroll"]);
    expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
  }));

test("the plan refuses protected keys and impossible changes at their lines", () =>
  withMade(keyProgram("deletion_protection = true"), async ({ bob }) => {
    const refused = await bob.destroy();
    expect(errorsOf(refused)).toMatchObject([
      { says: 'Deletion protection is on for key "payroll"', isFromPlan: true },
    ]);
    await bob.writeProgram(keyProgram('label_tags = { APP = "payroll" }'));
    const impossible = await bob.plan();
    expect(impossible.output).toMatch(/label_tags: cannot change on an existing key\s+.*on main\.tf line \d+/s);
  }));

test("the engine prints the committed schema", () =>
  withStage(async (stage) => {
    const bob = await stage.person("bob");
    const { stdout, exitCode } = await bob.run(["providers", "schema", "-json"]);
    expect(exitCode).toBe(0);
    const text = readFileSync(terraformSchemaFile, "utf8");
    const [[, committed] = []] = Object.entries(JSON.parse(text).provider_schemas);
    const { format_version, provider_schemas } = JSON.parse(stdout);
    expect(format_version).toBe(JSON.parse(text).format_version);
    // Terraform finds the provider at its own registry, and has lists of resources in addition.
    const printed = Object.entries<{ list_resource_schemas?: object }>(provider_schemas).map(([address, schema]) => {
      expect(address).toMatch(/^registry\.(?:opentofu\.org|terraform\.io)\/pulumi-uko\/uko$/);
      const { list_resource_schemas, ...others } = schema;
      return others;
    });
    expect(printed).toEqual([committed]);
    await bob.apply();
  }));
