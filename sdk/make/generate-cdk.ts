/** The package of CDK constructs: the output of the kit's own generator, and the files that npm needs. */

import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { providerAddress, terraformSchema } from "../../provider/resources/schema/terraform.ts";
import type { BlockSchema } from "../../provider/resources/schema/terraform-types.ts";
import { findCdkGenerators } from "../../test/engines/find-cdk-generators.ts";
import { cdkCompilerSettings, cdkManifest, cdkReadme } from "./cdk-kit.ts";
import { describedSource, indexSource } from "./cdk-source.ts";

const generatorLimitMs = 120_000;
const license = fileURLToPath(new URL("../../LICENSE", import.meta.url));
const runner = fileURLToPath(new URL("run-cdk-generator.mjs", import.meta.url));
/** Without a host, so that OpenTofu and Terraform each ask their own registry. */
const source = providerAddress.split("/").slice(1).join("/");
const [, name = ""] = source.split("/");

/** Writes cdktn into `folder`, which does not have it yet. Installs a missing generator. */
export async function generateCdk(parent: string, version: string, report: (line: string) => void): Promise<void> {
  const folder = path.join(parent, "cdktn");
  const generators = await findCdkGenerators(report);
  const sources = path.join(folder, "src");
  const described = new Map<string, string>();
  for (const [construct, generated] of await generate(version, generators.folder)) {
    described.set(construct, describedSource(generated, schemaOf(construct)));
  }
  for (const [construct, text] of described) {
    await mkdir(path.join(sources, construct), { recursive: true });
    await writeFile(path.join(sources, construct, "index.ts"), text);
  }
  await writeFile(path.join(sources, "index.ts"), indexSource(described));
  await writeFile(path.join(folder, "package.json"), jsonText(cdkManifest(version)));
  await writeFile(path.join(folder, "tsconfig.json"), jsonText(cdkCompilerSettings()));
  await writeFile(path.join(folder, "README.md"), cdkReadme());
  await writeFile(path.join(folder, ".gitignore"), "bin/\nnode_modules/\n");
  await copyFile(license, path.join(folder, "LICENSE"));
}

/** Returns the generator's output, by the folder that each construct gets: `managed-key`, `data-uko-vaults`, `provider`. */
async function generate(version: string, generators: string): Promise<ReadonlyMap<string, string>> {
  const workFolder = await mkdtemp(path.join(os.tmpdir(), "uko-cdk-"));
  try {
    const request = path.join(workFolder, "request.json");
    // The generator looks for a source without a host at Terraform's registry alone.
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
    await promisify(execFile)(process.execPath, [runner, generators, request, workFolder], options);
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
