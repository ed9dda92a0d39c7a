/** The packages of CDK constructs: the output of the kits' own generators, and the files that npm needs. */

import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { providerAddress, terraformSchema } from "../../provider/schema/terraform.ts";
import type { BlockSchema } from "../../provider/schema/terraform-types.ts";
import { findCdkGenerators } from "../../test/engines/find-cdk-generators.ts";
import { type CdkKit, cdkCompilerSettings, cdkKits, cdkManifest, cdkReadme } from "./cdk-kits.ts";
import { describedSource, indexSource } from "./cdk-source.ts";

const generatorLimitMs = 120_000;
const license = fileURLToPath(new URL("../../LICENSE", import.meta.url));
const runner = fileURLToPath(new URL("run-cdk-generator.mjs", import.meta.url));
/** Without a host, so that OpenTofu and Terraform each ask their own registry. */
const source = providerAddress.split("/").slice(1).join("/");
const [, name = ""] = source.split("/");

/** Writes cdktf and cdktn into `folder`, which has neither yet. Installs missing generators. */
export async function generateCdk(folder: string, version: string, report: (line: string) => void): Promise<void> {
  const generators = await findCdkGenerators(report);
  await Promise.all(cdkKits.map((kit) => makePackage(kit, path.join(folder, kit.name), version, generators.folder)));
}

async function makePackage(kit: CdkKit, folder: string, version: string, generators: string): Promise<void> {
  const sources = path.join(folder, "src");
  const described = new Map<string, string>();
  for (const [construct, generated] of await generate(kit, version, generators)) {
    described.set(construct, describedSource(generated, schemaOf(construct)));
  }
  for (const [construct, text] of described) {
    await mkdir(path.join(sources, construct), { recursive: true });
    await writeFile(path.join(sources, construct, "index.ts"), text);
  }
  await writeFile(path.join(sources, "index.ts"), indexSource(described));
  await writeFile(path.join(folder, "package.json"), jsonText(cdkManifest(kit, version)));
  await writeFile(path.join(folder, "tsconfig.json"), jsonText(cdkCompilerSettings()));
  await writeFile(path.join(folder, "README.md"), cdkReadme(kit));
  await writeFile(path.join(folder, ".gitignore"), "bin/\nnode_modules/\n");
  await copyFile(license, path.join(folder, "LICENSE"));
}

/** Returns the generator's output, by the folder that each construct gets: `managed-key`, `data-uko-vaults`, `provider`. */
async function generate(kit: CdkKit, version: string, generators: string): Promise<ReadonlyMap<string, string>> {
  const workFolder = await mkdtemp(path.join(os.tmpdir(), "uko-cdk-"));
  try {
    const request = path.join(workFolder, "request.json");
    // CDKTF looks for a source without a host at Terraform's registry alone.
    const schema = {
      format_version: "1.0",
      provider_schemas: { [`registry.terraform.io/${source}`]: terraformSchema() },
    };
    await writeFile(request, JSON.stringify({ schema, name, source, version: `~> ${version}` }));
    // No telemetry, and no engine is asked for its version.
    const env = {
      PATH: process.env.PATH,
      HOME: workFolder,
      CHECKPOINT_DISABLE: "1",
      TERRAFORM_BINARY_NAME: process.execPath,
    };
    const options = { cwd: workFolder, env, timeout: generatorLimitMs };
    await promisify(execFile)(process.execPath, [runner, generators, kit.name, request, workFolder], options);
    const made = path.join(workFolder, "providers", name);
    const folders = (await readdir(made, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const constructs = folders.map((entry) => entry.name).sort();
    return new Map(
      await Promise.all(
        constructs.map(async (each) => [each, await readFile(path.join(made, each, "index.ts"), "utf8")] as const),
      ),
    );
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

function schemaOf(construct: string): BlockSchema {
  const { provider, resource_schemas, data_source_schemas } = terraformSchema();
  if (construct === "provider") return provider;
  const type = construct.replaceAll("-", "_");
  const schema = type.startsWith("data_")
    ? data_source_schemas[type.slice("data_".length)]
    : resource_schemas[`${name}_${type}`];
  if (schema === undefined) throw new Error(`The schema has nothing that the construct ${construct} stands for.`);
  return schema;
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
