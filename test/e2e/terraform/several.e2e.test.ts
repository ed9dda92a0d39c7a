/** Several identities, instances and keys with the real OpenTofu, and `tofu test`, which creates and deletes by itself. */

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import { type LocalUko, openEmulator } from "../../contracts/interfaces/support/emulator.ts";
import { keyProgram, startTime, type, vaultId, withStage } from "./support/tofu-stage.ts";

/** A provider block that says everything by itself; nothing of it stands in the environment. */
function providerFor(uko: LocalUko, variable: string, alias?: string): string {
  return `provider "uko" {${alias === undefined ? "" : `\n  alias        = "${alias}"`}
  instance_id  = "${uko.instanceId}"
  endpoint     = "${uko.url}"
  kms_endpoint = "${uko.url}"
  iam_endpoint = "${uko.url}"
  api_key      = var.${variable}
}
`;
}

const variables = ["bob", "carol"].map((name) => `variable "${name}" {\n  type      = string\n  sensitive = true\n}\n`);
const apiKeys = { TF_VAR_bob: "bob-demo-key", TF_VAR_carol: "carol-demo-key" };
const keyOf = (name: string, alias: string) => `resource "uko_managed_key" "${name}" {
  provider = uko.${alias}
  vault_id = "${vaultId}"
  template = "payroll"
  label    = "${name}"
}
`;
const hostOf = ({ url }: LocalUko): string => new URL(url).host;

test("two aliases act as two identities, each with its own keys", () =>
  withStage(async (stage) => {
    const providers = [providerFor(stage.uko, "bob", "bob"), providerFor(stage.uko, "carol", "carol")];
    const program = [...variables, ...providers, keyOf("of-bob", "bob"), keyOf("of-carol", "carol")].join("\n");
    const env = { ...apiKeys, UKO_ALLOWED_HOSTS: hostOf(stage.uko) };
    const person = await stage.workspace.person("bob", { program, env });
    const made = await person.apply();
    expect(made, made.output).toMatchObject({ exitCode: 0, applied: { add: 2 } });
    expect((await person.destroy()).exitCode).toBe(1);
    const calls = (await stage.uko.audit()).filter(
      ({ operation }) => operation === "createManagedKey" || operation === "updateManagedKey",
    );
    expect(calls.map(({ operation, label, callerName }) => `${operation} ${label} ${callerName}`).sort()).toEqual([
      "createManagedKey of-bob Bob Example",
      "createManagedKey of-carol Carol Example",
      "updateManagedKey of-bob Bob Example",
      "updateManagedKey of-carol Carol Example",
    ]);
    const { text } = await person.state();
    for (const apiKey of Object.values(apiKeys)) expect(text).not.toContain(apiKey);
  }));

test("two aliases for two instances keep their keys apart", () =>
  withStage(async (stage) => {
    const elsewhere = await openEmulator("documented", {
      ...demoSeed,
      instance: { ...demoSeed.instance, id: "0e5f1c3a-7b1d-4c55-9d2e-00000000000e" },
      clock: { start: startTime, frozen: true },
    });
    try {
      const providers = [providerFor(stage.uko, "bob", "here"), providerFor(elsewhere, "bob", "there")];
      const program = [...variables, ...providers, keyOf("one", "here"), keyOf("other", "there")].join("\n");
      const env = { ...apiKeys, UKO_ALLOWED_HOSTS: `${hostOf(stage.uko)},${hostOf(elsewhere)}` };
      const person = await stage.workspace.person("bob", { program, env });
      const made = await person.apply();
      expect(made, made.output).toMatchObject({ exitCode: 0, applied: { add: 2 } });
      const labels = async (uko: LocalUko) => (await uko.world()).keys.map(({ label }) => label);
      expect([await labels(stage.uko), await labels(elsewhere)]).toEqual([["one"], ["other"]]);
      const identities = (await person.state()).resources.map(({ name, identity }) => [name, identity?.instance_id]);
      expect(Object.fromEntries(identities)).toEqual({ one: stage.uko.instanceId, other: elsewhere.instanceId });
      expect((await person.plan(["-detailed-exitcode"])).exitCode).toBe(0);

      // A key whose block names the wrong instance is not taken for gone.
      await person.writeProgram(program.replace("uko.there", "uko.here"));
      const mistaken = await person.plan();
      expect(mistaken.exitCode, mistaken.output).toBe(1);
      expect(mistaken.output).toContain("belongs to instance");
    } finally {
      await elsewhere.stop();
    }
  }));

test("each error of a destroy of many resources names its resource, and the state keeps the failed ones unchanged", () =>
  withStage(async (stage) => {
    const program = `
resource "uko_managed_key" "many" {
  for_each = toset(["one", "two", "three"])
  vault_id = "${vaultId}"
  template = "payroll"
  label    = each.key
}
resource "uko_vault" "archive" {
  name = "archive"
}
resource "uko_kms_key" "orders" {
  name = "orders"
}
`;
    const carol = await stage.person("carol", program);
    const made = await carol.apply();
    expect(made, made.output).toMatchObject({ exitCode: 0, applied: { add: 5 } });
    await stage.advance(60_000);
    const ids = new Map(
      (await carol.state()).resources.map(({ attributes }) => [
        attributes.label ?? attributes.name,
        String(attributes.id),
      ]),
    );
    const idOf = (name: string): string => ids.get(name) ?? "";
    const refused = [
      `/managed_keys/${idOf("two").split("/").at(-1)}`,
      `/vaults/${idOf("archive")}`,
      `/keys/${idOf("orders")}/metadata`,
    ];
    for (const path of refused)
      await stage.uko.control("faults", {
        path: path.startsWith("/keys") ? `/api/v2${path}` : `/api/v4${path}`,
        status: 403,
      });
    const ended = await carol.destroy(["-refresh=false"]);
    expect(ended.exitCode).toBe(1);
    const firstLines = ended.diagnostics.filter(({ severity }) => severity === "error").map(({ says }) => says);
    expect(firstLines.toSorted()).toEqual([
      expect.stringMatching(new RegExp(`^KMS key "orders" ${idOf("orders")}: `)),
      'Key "one" is waiting for a second person to approve its deactivation',
      'Key "three" is waiting for a second person to approve its deactivation',
      expect.stringMatching(new RegExp(`^Key "two" ${idOf("two")}: `)),
      expect.stringMatching(new RegExp(`^Vault "archive" ${idOf("archive")}: `)),
    ]);
    const states = (await carol.state()).resources.map(({ attributes }) => attributes.lifecycle_state ?? "-");
    expect(states.toSorted()).toEqual(["-", "active", "active", "pending_approval", "pending_approval"]);
  }));

test("an apply continues the deletion of a key that left the configuration, and of no other key", () =>
  withStage(async (stage) => {
    const blocks = ["payroll", "wages"].map(
      (name) => `resource "uko_managed_key" "${name}" {
  vault_id = "${vaultId}"
  template = "payroll"
  label    = "${name}"
}
`,
    );
    const program = blocks.join("");
    const [alice, carol] = [await stage.person("alice", program), await stage.person("carol", program)];
    expect(await carol.apply()).toMatchObject({ exitCode: 0, applied: { add: 2 } });
    await stage.advance(60_000);
    await carol.writeProgram(blocks[1] ?? "");
    const asked = await carol.apply();
    expect([asked.exitCode, asked.output]).toEqual([1, expect.stringMatching(/^ +uko approve payroll$/m)]);
    await type(alice, ["approve", "payroll", "--store"]);
    const mark = await stage.mark();
    const acted = await carol.apply();
    expect(acted.exitCode).toBe(1);
    expect(acted.firstErrorSays).toBe(
      'Key "payroll" is deactivated and is waiting for a person to request its destruction',
    );
    expect(await stage.effects(mark)).toContain("deactivateManagedKey");
    const states = (await carol.state()).resources.map(({ name, attributes }) => [name, attributes.lifecycle_state]);
    expect(Object.fromEntries(states)).toEqual({ payroll: "cooling_down", wages: "active" });
  }));

const tested = `run "makes_a_key" {
  command = apply

  assert {
    condition     = uko_managed_key.payroll.label == "payroll"
    error_message = "another label"
  }
}
`;

test("tofu test creates and deletes a key that one run of one person can delete", () =>
  withStage(
    async (stage) => {
      const program = keyProgram('dual_authorization = "single"').replace(
        '"payroll"\n  label',
        '"payroll-draft"\n  label',
      );
      const carol = await stage.person("carol", program);
      await mkdir(path.join(carol.workingCopy, "tests"));
      await carol.writeFile("tests/key.tftest.hcl", tested);
      const ran = await carol.run(["test", "-no-color"]);
      expect(ran, ran.output).toMatchObject({ exitCode: 0 });
      expect(ran.output).toContain("1 passed, 0 failed");
      expect(await stage.effects()).toEqual(["createManagedKey", "destroyManagedKey", "deleteManagedKey"]);
      expect((await stage.uko.world()).keys).toEqual([]);
    },
    { required: false },
  ));

test("tofu test with a mock of the provider needs no service and no credential", () =>
  withStage(async (stage) => {
    const nobody = await stage.workspace.person("nobody", { program: keyProgram() });
    await mkdir(path.join(nobody.workingCopy, "tests"));
    await nobody.writeFile("tests/key.tftest.hcl", `mock_provider "uko" {}\n\n${tested}`);
    const ran = await nobody.run(["test", "-no-color"]);
    expect(ran, ran.output).toMatchObject({ exitCode: 0 });
    expect(await stage.uko.audit().then((trail) => trail.filter(({ operation }) => operation !== "seed"))).toEqual([]);
  }));
