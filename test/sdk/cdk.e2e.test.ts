/** The package of CDK constructs: what it synthesizes, and what the compiler, npm and readers are told. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Construct } from "constructs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { terraformSchema } from "../../provider/resources/schema/terraform.ts";
import type { BlockSchema, ValueType } from "../../provider/resources/schema/terraform-types.ts";
import { cdkPeers } from "../../sdk/make/cdk-kit.ts";
import { packageVersion } from "../../sdk/make/schema-file.ts";
import { locateTofu } from "../engines/find-tofu.ts";
import { TofuWorkspace } from "../stage/tofu.ts";
import { blocksIn, repository } from "../support/documents.ts";

/** What the kit has, as far as it is used here. */
interface Kit {
  readonly TerraformStack: new (scope: Construct, id: string) => Construct;
  readonly TerraformOutput: new (scope: Construct, id: string, config: { readonly value: unknown }) => Construct;
  readonly Testing: { app(): Construct; synth(stack: Construct): string };
}

type Config = Readonly<Record<string, unknown>>;
type Constructs = Readonly<Record<string, new (scope: Construct, id: string, config: Config) => Config>>;

interface Synthesized {
  readonly [kind: string]: Readonly<Record<string, Readonly<Record<string, Config>>>>;
}

interface Case {
  /** The class, and the folder of its source. */
  readonly name: string;
  readonly folder: string;
  readonly kind: "resource" | "data";
  readonly type: string;
  readonly schema: BlockSchema;
}

const schema = terraformSchema();
const cases: readonly Case[] = [
  ...Object.entries(schema.resource_schemas).map(([type, block]) => caseOf("resource", type, type.slice(4), block)),
  ...Object.entries(schema.data_source_schemas).map(([type, block]) => caseOf("data", type, `data_${type}`, block)),
];
const compiler = path.join(repository, "node_modules", "typescript", "bin", "tsc");

function caseOf(kind: Case["kind"], type: string, name: string, block: BlockSchema): Case {
  const camel = camelCase(name);
  const pascal = camel.charAt(0).toUpperCase() + camel.slice(1);
  return { name: pascal, folder: name.replaceAll("_", "-"), kind, type, schema: block };
}

function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function referenceTo(place: string): string {
  return `\${${place}}`;
}

function sampleOf(type: ValueType): unknown {
  if (typeof type === "string") return { string: "some text", bool: true, number: 3 }[type];
  return type[0] === "map" ? { a: "b" } : ["a", "b"];
}

const settable = ({ block }: BlockSchema) =>
  Object.entries(block.attributes).flatMap(([attribute, { type, required, optional }]) =>
    type !== undefined && (required || optional) ? [[attribute, type] as const] : [],
  );

describe("@uko/cdktn", () => {
  const kitName = "cdktn";
  const sdk = path.join(repository, "sdk", kitName);
  const load = createRequire(path.join(repository, "package.json"));
  const kit: Kit = load(kitName);
  const constructs: Constructs = load(path.join(sdk, "bin", "index.js"));

  function synthesize(fill: (stack: Construct) => void): Synthesized {
    const stack = new kit.TerraformStack(kit.Testing.app(), "stack");
    fill(stack);
    return JSON.parse(kit.Testing.synth(stack));
  }

  function make(stack: Construct, name: string, config: Config): Config {
    const made = constructs[name];
    if (made === undefined) throw new Error(`there is no ${name}`);
    return new made(stack, "it", config);
  }

  test("has a construct for everything that the provider has, and no other", () => {
    const wanted = [...cases.map(({ name }) => name), "UkoProvider"];
    expect(Object.keys(constructs).sort()).toEqual(wanted.sort());
  });

  test.each(cases)("$name writes every argument under the name that the schema has", ({ name, kind, type, schema }) => {
    const given = settable(schema).map(([attribute, type]) => [attribute, sampleOf(type)] as const);
    const config = Object.fromEntries(given.map(([attribute, value]) => [camelCase(attribute), value]));
    const written = synthesize((stack) => make(stack, name, config))[kind]?.[type]?.it;
    expect(written).toEqual(Object.fromEntries(given));
  });

  test.each(cases)("$name refers to every attribute that it has", ({ name, kind, type, schema }) => {
    const simple = Object.entries(schema.block.attributes).flatMap(([attribute, { type }]) =>
      type === undefined ? [] : [[attribute, type] as const],
    );
    const written = synthesize((stack) => {
      const made = make(stack, name, {});
      for (const [attribute] of simple) {
        new kit.TerraformOutput(stack, attribute, { value: made[camelCase(attribute)] });
      }
    });
    const place = `${kind === "data" ? "data." : ""}${type}.it`;
    const references = Object.fromEntries(
      simple.map(([attribute, type]) => {
        const path = `${place}.${attribute}`;
        // The kit offers a set as a list, because TypeScript has no other type for it.
        return [attribute, { value: referenceTo(type[0] === "set" ? `tolist(${path})` : path) }];
      }),
    );
    expect(written.output ?? {}).toEqual(references);
  });

  test("the provider is asked for where each engine's own registry has it, in the version of the package", () => {
    const given = settable(schema.provider).map(([attribute, type]) => [attribute, sampleOf(type)] as const);
    const config = Object.fromEntries(given.map(([attribute, value]) => [camelCase(attribute), value]));
    const written = synthesize((stack) => make(stack, "UkoProvider", config));
    expect(written.provider).toEqual({ uko: [Object.fromEntries(given)] });
    expect(written.terraform?.required_providers).toEqual({
      uko: { source: "pulumi-uko/uko", version: `~> ${packageVersion()}` },
    });
  });

  test.each(cases)("$name is described wherever an editor shows it", async ({ folder, schema }) => {
    const declared = await readFile(path.join(sdk, "bin", folder, "index.d.ts"), "utf8");
    const timesOf = (text: string) => declared.split(text).length - 1;
    expect(timesOf(`* ${schema.block.description}\n`)).toBe(1);
    for (const [attribute, { description, required, optional }] of Object.entries(schema.block.attributes)) {
      expect(timesOf(`* ${description}`), attribute).toBeGreaterThanOrEqual(required || optional ? 2 : 1);
    }
    expect(declared).not.toMatch(/Docs at|\{@link/);
  });

  test("npm would publish it without a complaint, for the kit that it was tested with", async () => {
    const told = JSON.parse(await readFile(path.join(sdk, "package.json"), "utf8"));
    expect(told).toMatchObject({
      version: packageVersion(),
      license: "Apache-2.0",
      files: ["bin"],
      peerDependencies: cdkPeers,
    });
    const { version } = JSON.parse(await readFile(load.resolve(`${kitName}/package.json`), "utf8"));
    expect(cdkPeers[kitName]).toBe(`^${version}`);
    const publint = path.join(repository, "node_modules", "publint", "src", "cli.js");
    const { stdout } = await promisify(execFile)(process.execPath, [publint, "--strict", sdk]);
    expect(stdout).toContain("All good!");
  });

  describe("in the hands of a stranger", () => {
    let project: string;
    beforeAll(async () => {
      project = await mkdtemp(path.join(os.tmpdir(), "uko-cdk-"));
      const modules = path.join(project, "node_modules");
      await mkdir(path.join(modules, "@uko"), { recursive: true });
      await symlink(sdk, path.join(modules, "@uko", kitName));
      for (const each of [kitName, "constructs"]) {
        await symlink(path.join(repository, "node_modules", each), path.join(modules, each));
      }
      const compilerOptions = {
        ...{ module: "nodenext", target: "es2023", noEmit: true, types: [] },
        // As strict as can be, and the kit's own declarations too.
        ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
      };
      await writeFile(path.join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
      await writeFile(path.join(project, "package.json"), `{ "private": true, "type": "module" }\n`);
      const [readme = ""] = blocksIn(`sdk/${kitName}/README.md`, "ts");
      const files = { "readme.ts": readme, "program.ts": program(kitName), "faulty.ts": faultyProgram(kitName) };
      for (const [name, text] of Object.entries(files)) await writeFile(path.join(project, name), text);
    });
    afterAll(() => rm(project, { recursive: true }));

    /** The kit asks an engine for its version: `terraform`, unless a variable names another one. */
    const run = async (name: string) => {
      const env = { ...process.env, TERRAFORM_BINARY_NAME: (await locateTofu())?.tofuBin };
      return promisify(execFile)(process.execPath, [name], { cwd: project, env });
    };

    test("the compiler refuses every faulty line, and nothing else", async () => {
      const complaints = await promisify(execFile)(process.execPath, [compiler, "-p", project], { cwd: project }).then(
        () => "",
        ({ stdout }: { stdout: string }) => stdout,
      );
      const places = Array.from(complaints.matchAll(/^(\S+\.ts)\((\d+),/gm), ([, file, line]) => `${file}:${line}`);
      const faulty = faultyProgram(kitName).split("\n");
      const wanted = faulty.flatMap((line, index) => (line.includes("// faulty") ? [`faulty.ts:${index + 1}`] : []));
      expect([...new Set(places)].sort(), complaints).toEqual(wanted.sort());
      expect(wanted.length).toBeGreaterThan(5);
    });

    test("the program of the readme writes a stack", async () => {
      await run("readme.ts");
      const written = await readFile(path.join(project, "cdktf.out", "stacks", "payroll", "cdk.tf.json"), "utf8");
      expect(JSON.parse(written).resource.uko_managed_key.payroll).toMatchObject({ template: "payroll" });
    });

    test("one construct refers to another, keys come in by import and by move, and OpenTofu takes it all", async () => {
      const { stdout } = await run("program.ts");
      const written = JSON.parse(stdout);
      await using workspace = await TofuWorkspace.create();
      const bob = await workspace.person("bob");
      // The program says itself which provider it needs.
      await bob.writeFile("versions.tf", "");
      await bob.writeFile("main.tf.json", stdout);
      expect(await bob.run(["validate", "-no-color"])).toMatchObject({ exitCode: 0, stderr: "" });

      expect(written.resource.uko_managed_key.ledger).toMatchObject({
        vault_id: referenceTo("uko_vault.vault.vault_id"),
        template: referenceTo("uko_key_template.template.name"),
        provider: "uko.other",
        lifecycle: { prevent_destroy: true },
      });
      expect(written.resource.uko_keystore.aws).toMatchObject({ aws_secret_access_key: referenceTo("var.secret") });
      // A saved plan has the values of all other variables.
      expect(written.variable).toEqual({ secret: { type: "string", sensitive: true, ephemeral: true } });
      expect(written.moved).toEqual([{ from: "ibm_hpcs_managed_key.ledger", to: "uko_managed_key.ledger" }]);
      expect(written.import).toEqual([
        { to: "uko_managed_key.existing", id: "5c1e0000/9b2d0000", provider: "uko.other" },
      ]);
      expect(written.output).toMatchObject({
        held_until: { value: referenceTo("uko_managed_key.ledger.keystores[0].destruction_at") },
        first: { value: referenceTo("data.uko_managed_keys.all.managed_keys[0].keystores[0].name") },
        version: { value: referenceTo("uko_managed_key.ledger.version") },
      });
    });
  });
});

function program(kit: string): string {
  return `import { DataUkoManagedKeys, KeyTemplate, Keystore, ManagedKey, type ManagedKeyConfig, UkoProvider, Vault } from "@uko/${kit}";
import { TerraformOutput, TerraformStack, TerraformVariable, Testing, Token } from "${kit}";
// CDK Terrain writes secrets for engines alone that keep them out of the state.
const stack = new TerraformStack(Testing.app({ context: { targetVersions: { opentofu: ">=1.11" } } }), "stack");
new UkoProvider(stack, "uko");
const other = new UkoProvider(stack, "other", { alias: "other", region: "eu-de", dualAuthorization: "required" });
const vault = new Vault(stack, "vault", { name: "treasury" });
${blocksIn(`sdk/${kit}/README.md`, "ts")[1]}
const connection = { awsRegion: "eu_central_1", awsAccessKeyId: "AKIA", awsSecretAccessKey: secret.stringValue };
const aws = new Keystore(stack, "aws", { vaultId: vault.vaultId, type: "aws_kms", name: "aws", ...connection });
const template = new KeyTemplate(stack, "template", {
  vaultId: vault.vaultId,
  name: "ledger",
  algorithm: "aes",
  size: "256",
  activationPeriod: "P0D",
  expirationPeriod: "P2Y",
  keyState: "active",
  keystoreType: aws.type,
  group: "ledger",
});
const config: ManagedKeyConfig = {
  vaultId: vault.vaultId,
  template: template.name,
  tags: { team: "treasury" },
  provider: other,
  lifecycle: { preventDestroy: true },
};
const ledger = new ManagedKey(stack, "ledger", config);
ledger.moveFromId("ibm_hpcs_managed_key.ledger");
const existing = new ManagedKey(stack, "existing", { ...config, label: ledger.label, align: Token.asAny(true) });
existing.importFrom("5c1e0000/9b2d0000", other);
const all = new DataUkoManagedKeys(stack, "all");
new TerraformOutput(stack, "held_until", { value: ledger.keystores.get(0).destructionAt });
new TerraformOutput(stack, "first", { value: all.managedKeys.get(0).keystores.get(0).name });
new TerraformOutput(stack, "version", { value: ledger.version });
console.log(Testing.synth(stack, true));
`;
}

function faultyProgram(kit: string): string {
  return `import { KmsKey, ManagedKey, UkoProvider, Vault } from "@uko/${kit}";
import { TerraformStack, Testing } from "${kit}";

const stack = new TerraformStack(Testing.app(), "stack");
new UkoProvider(stack, "a", { apikey: "b" }); // faulty: no such setting
new Vault(stack, "b"); // faulty: a vault has a name
new ManagedKey(stack, "c", { vaultId: "d" }); // faulty: no template
const key = new ManagedKey(stack, "e", { vaultId: "d", template: "f" });
new ManagedKey(stack, "g", { vaultId: "d", template: "f", labels: "h" }); // faulty: no such argument
new ManagedKey(stack, "i", { vaultId: "d", template: "f", keyId: "j" }); // faulty: the service gives it
new ManagedKey(stack, "k", { vaultId: "d", template: "f", label: 3 }); // faulty: no text
new ManagedKey(stack, "l", { vaultId: "d", template: "f", tags: ["m"] }); // faulty: no map
key.lifecycleState = "gone"; // faulty: it is told, not set
new KmsKey(stack, "n", { name: key.version, type: "root_key" }); // faulty: a number
`;
}
