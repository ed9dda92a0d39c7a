/** The committed schemas and the files generated with them: their places, and the text of each schema's file. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { providerAddress, terraformSchema } from "../../provider/resources/schema/terraform.ts";
import { pulumiSchema } from "./pulumi/schema.ts";
import { terraformMapping } from "./pulumi/terraform-mapping.ts";

export const sdkFolder = new URL("../", import.meta.url);
export const schemaFile = new URL("schema.json", sdkFolder);
export const terraformMappingFile = new URL("terraform-mapping.json", sdkFolder);
export const terraformSchemaFile = new URL("terraform-schema.json", sdkFolder);
/** Of which schemas the committed SDKs were made. Making them again takes minutes, so `npm test` compares this file only. */
export const digestsFile = new URL("made-of.json", sdkFolder);
/** The folder whose content is at the root of the repository that the registries read. */
export const registryRoot = new URL("terraform/", sdkFolder);
export const registryDocsFolder = new URL("docs/", registryRoot);
export const registryExamplesFolder = new URL("examples/", registryRoot);
export const emulatorTypesFile = new URL("../provider/emulator/store/generated.ts", sdkFolder);
export const dynamicClassesFile = new URL("../provider/pulumi-dynamic/generated.ts", sdkFolder);
export const referenceFolder = new URL("../provider/docs/reference/", sdkFolder);
export const manPageFile = new URL("uko.1", referenceFolder);
export const settingsFile = new URL("settings.md", referenceFolder);
/** Pages written by hand, except for their tables of settings. */
export const installationFile = new URL("../provider/docs/registry/installation-configuration.md", sdkFolder);
export const jsonSchemasFolder = new URL("schemas/", referenceFolder);

/** Returns the committed form, which has no version: a release must not be a change of its own. */
export function schemaText(): string {
  return `${JSON.stringify(pulumiSchema(), undefined, 2)}\n`;
}

/** Returns what the plugin responds to `pulumi convert --from terraform`, without its version. */
export function terraformMappingText(): string {
  return `${JSON.stringify(terraformMapping(), undefined, 2)}\n`;
}

/** Returns what `tofu providers schema -json` prints of the provider, from which the CDK packages are made. */
export function terraformSchemaText(): string {
  const schema = { format_version: "1.0", provider_schemas: { [providerAddress]: terraformSchema() } };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** Returns the SHA-256 of each schema of which the SDKs are made. */
export function schemaDigests(): Readonly<Record<string, string>> {
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
  return { "schema.json": digest(schemaText()), "terraform-schema.json": digest(terraformSchemaText()) };
}

/** Returns the version of the plugin and its packages. */
export function packageVersion(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(new URL("../package.json", sdkFolder), "utf8"));
  return version;
}
