/** The life of a key with the real OpenTofu and the installed provider: created, unchanged, and deleted by two people. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { terraformSchemaFile } from "../../../sdk/make/schema-file.ts";
import type { TofuResult } from "../../stage/tofu.ts";
import { keyProgram, withMade, withStage } from "./support/tofu-stage.ts";

const errorsOf = ({ diagnostics }: TofuResult) => diagnostics.filter(({ severity }) => severity === "error");

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
