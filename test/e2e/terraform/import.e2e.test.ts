/** The output of `uko import --format tofu` with the real OpenTofu: its layout, its texts, a plan that only imports, and a destroy. */

import { rm } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { attribute, block, hclFile, hclLiteral } from "../../../provider/cli/hcl.ts";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/store/seed.ts";
import type { TofuPerson } from "../../stage/tofu.ts";
import { isHostLine } from "../../support/emulator-addresses.ts";
import { type TofuStage, vaultId, withStage } from "./support/tofu-stage.ts";

const made = { vault: "payments", createdAt: "2025-01-15T09:00:00Z", createdBy: "IBMid-550000BOB" } as const;
/** As every key has it that uko created, or that an earlier apply has marked. */
const marker = { name: "uko_dual", value: "both" };
const labels = ["payroll", "Payroll", "pay/roll.2", "2026 keys", "for", "null", "self", "---"];

/** Keys whose labels make no names, alike names and words of the language, beside one that is out of use and one that is destroyed. */
const seed: Seed = {
  ...demoSeed,
  vaults: [{ ...demoSeed.vaults[0], description: 'Größe "x" %{y} \\ 🔑\n' }],
  keys: [
    ...labels.map((label, index) => ({
      ...{ ...made, id: `9b2d0000-0000-4000-8000-00000000010${index}`, label },
      ...(index % 2 === 0
        ? { template: "payroll", description: "100 % of %{it}", tags: [{ name: "cost $%", value: "a\n\tb" }, marker] }
        : { template: "cards-draft", tags: [marker] }),
    })),
    { ...made, id: "9b2d0000-0000-4000-8000-000000000201", label: "off", template: "payroll", state: "deactivated" },
    { ...made, id: "9b2d0000-0000-4000-8000-000000000202", label: "dead", template: "payroll", state: "destroyed" },
  ],
};
const names = ["payroll", "payroll_2", "pay_roll_2", "key_2026_keys", "for", "null", "self", "off"];
const nameOfDashes = "key_9b2d0000_0000_4000_8000_000000000107";

/** A person with the provider installed, and no configuration yet. */
async function newcomer(stage: TofuStage): Promise<TofuPerson> {
  const bob = await stage.workspace.person("bob", { env: stage.environmentOf("bob") });
  await rm(path.join(bob.workingCopy, "versions.tf"));
  return bob;
}

test("imports a vault with its contents, changes only a key without a marker, and a deletion requires two people", () =>
  withStage(
    async (stage) => {
      const bob = await newcomer(stage);
      const written = await bob.uko(["import", "--vault", vaultId, "--format", "tofu"]);
      expect(written, written.output).toMatchObject({ exitCode: 0 });
      expect(written.output).not.toContain("Not included");
      expect(await bob.run(["fmt", "-check", "-diff"])).toMatchObject({ exitCode: 0, stdout: "" });

      const mark = await stage.mark();
      const begun = await bob.init();
      expect(begun, begun.output).toMatchObject({ exitCode: 0 });
      // The key that is out of use has no marker.
      const only = { add: 0, change: 1, import: 16, remove: 0 };
      const applied = await bob.apply();
      const outOfUse = { severity: "warning", says: 'Key "off" is deactivated, but the configuration declares it' };
      expect(applied, applied.output).toMatchObject({ exitCode: 0, planned: only, applied: only });
      expect(applied.diagnostics.filter(({ summary }) => !isHostLine(summary))).toMatchObject([outOfUse]);
      // Another tool deactivated it, so no approval is known. One warning says both.
      expect(JSON.stringify(applied.diagnostics)).toContain(
        "No approval of the deactivation by a second person is known.",
      );
      const { resources } = await bob.state();
      const keys = resources.filter(({ type }) => type === "uko_managed_key").map(({ name }) => name);
      expect(keys.toSorted()).toEqual([...names, nameOfDashes].toSorted());
      await rm(path.join(bob.workingCopy, "imports.tf"));
      const after = await bob.plan(["-detailed-exitcode"]);
      expect(after, after.output).toMatchObject({ exitCode: 0 });
      expect(await stage.effects(mark), "the marker").toEqual(["updateManagedKey"]);

      const destroyed = await bob.destroy(["-target=uko_managed_key.payroll"]);
      expect(destroyed, destroyed.output).toMatchObject({ exitCode: 1, failed: ["uko_managed_key.payroll"] });
      expect(destroyed.output).toContain("[UKO_APPROVAL_PENDING]");
      const asked = (await bob.state()).resources.filter(({ attributes }) => attributes.lifecycle_state !== undefined);
      expect(asked.filter(({ attributes }) => attributes.lifecycle_state === "pending_approval")).toMatchObject([
        { address: "uko_managed_key.payroll" },
      ]);
      expect(await stage.effects(mark), "Bob has asked for it, and no more").toEqual([
        "updateManagedKey",
        "updateManagedKey",
      ]);
    },
    {},
    seed,
  ));

test("the configuration of -generate-config-out imports vault, keystores, template and key without a change", () =>
  withStage(
    async (stage) => {
      const ids = {
        vault: ["uko_vault", vaultId],
        ring: ["uko_keystore", `${vaultId}/ce110000-0000-4000-8000-000000000001`],
        aws: ["uko_keystore", `${vaultId}/ce110000-0000-4000-8000-000000000002`],
        cards: ["uko_key_template", `${vaultId}/7e110000-0000-4000-8000-000000000003`],
        key: ["uko_managed_key", `${vaultId}/9b2d0000-0000-4000-8000-000000000100`],
      };
      const bob = await stage.person(
        "bob",
        Object.entries(ids)
          .map(([name, [type, id]]) => `import {\n  to = ${type}.${name}\n  id = "${id}"\n}\n`)
          .join(""),
      );
      const planned = await bob.plan(["-generate-config-out=generated.tf"]);
      expect(planned, planned.output).toMatchObject({
        exitCode: 0,
        planned: { add: 0, change: 0, import: 5, remove: 0 },
      });
      const mark = await stage.mark();
      const applied = await bob.apply();
      expect(applied, applied.output).toMatchObject({
        exitCode: 0,
        applied: { add: 0, change: 0, import: 5, remove: 0 },
      });
      expect(await stage.effects(mark)).toEqual([]);
      const after = await bob.plan(["-detailed-exitcode"]);
      expect(after, after.output).toMatchObject({ exitCode: 0 });
    },
    {},
    seed,
  ));

test("OpenTofu reads every text unchanged, and finds nothing to format", () =>
  withStage(async (stage) => {
    const bob = await newcomer(stage);
    const odd = fc.constantFrom(
      ..."\"\\$%{}\n\r\t\0\u001b\u2028\u202e\ufeff #/'äe\u0301🔑👩‍🚀각",
      "${",
      "%{",
      "$${",
      "for",
    );
    // Any character but halves of one, which no file can have.
    const any = fc.integer({ min: 0, max: 0x10f7ff }).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));
    const anything = fc.oneof(fc.string({ unit: odd }), fc.string({ unit: any }), fc.string({ unit: "grapheme" }));
    // OpenTofu writes every text in this form.
    const texts = fc.sample(anything, { numRuns: 600, seed: 6 }).map((text) => text.normalize());
    const named = texts.filter((text) => text !== "__proto__").map((text, index) => [text, index] as const);
    const maps = Array.from({ length: 60 }, (_, at) => Object.fromEntries(named.slice(at * 10, at * 10 + 10)));
    const said = { texts, ...Object.fromEntries(maps.map((map, index) => [`map_${index}`, map])) };
    const outputs = Object.entries(said).map(([name, value]) =>
      block(`output "${name}"`, [attribute("value", hclLiteral(value))]),
    );
    await bob.writeProgram(hclFile(outputs));
    expect(await bob.run(["fmt", "-check", "-diff"])).toMatchObject({ exitCode: 0, stdout: "" });
    const applied = await bob.apply();
    expect(applied, applied.output).toMatchObject({ exitCode: 0 });
    const read = JSON.parse((await bob.run(["output", "-json"])).stdout) as Record<string, { value: unknown }>;
    expect(Object.fromEntries(Object.entries(read).map(([name, { value }]) => [name, value]))).toEqual(said);
  }));
