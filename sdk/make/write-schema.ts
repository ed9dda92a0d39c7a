/** `npm run schema`: writes the two schemas, the reference, the dynamic provider's classes and the pages for the registries. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { commandLineManPage, commandLinePages } from "./docs/command-line.ts";
import { jsonFormNames, jsonSchemaText } from "./docs/json-forms.ts";
import { referenceFolders, referencePages } from "./docs/reference.ts";
import { exampleFiles } from "./docs/registry/example-programs.ts";
import { generatedFolders, registryPages } from "./docs/registry/pages.ts";
import { settingsPages } from "./docs/settings.ts";
import { dynamicClasses } from "./generate-dynamic.ts";
import { emulatorTypes } from "./generate-emulator.ts";
import {
  dynamicClassesFile,
  emulatorTypesFile,
  jsonSchemasFolder,
  manPageFile,
  referenceFolder,
  registryDocsFolder,
  registryExamplesFolder,
  schemaFile,
  schemaText,
  terraformMappingFile,
  terraformMappingText,
  terraformSchemaFile,
  terraformSchemaText,
} from "./schema-file.ts";

writeFileSync(schemaFile, schemaText());
writeFileSync(terraformMappingFile, terraformMappingText());
writeFileSync(terraformSchemaFile, terraformSchemaText());
for (const [name, text] of commandLinePages()) writeFileSync(new URL(name, referenceFolder), text);
writeFileSync(manPageFile, commandLineManPage());
for (const [file, text] of settingsPages()) writeFileSync(file, text);
for (const name of jsonFormNames)
  writeFileSync(new URL(`${name}.schema.json`, jsonSchemasFolder), jsonSchemaText(name));
writeFileSync(dynamicClassesFile, dynamicClasses());
writeFileSync(emulatorTypesFile, emulatorTypes());
// The page and the examples of a removed resource go with it.
for (const folder of [
  ...referenceFolders.map((each) => new URL(each, referenceFolder)),
  ...generatedFolders.map((each) => new URL(each, registryDocsFolder)),
  registryExamplesFolder,
])
  rmSync(folder, { recursive: true, force: true });
for (const [root, files] of [
  [referenceFolder, referencePages()],
  [registryDocsFolder, registryPages()],
  [registryExamplesFolder, exampleFiles()],
] as const) {
  for (const [file, text] of files) {
    mkdirSync(new URL(".", new URL(file, root)), { recursive: true });
    writeFileSync(new URL(file, root), text);
  }
}
console.log(
  "Wrote sdk/schema.json, sdk/terraform-mapping.json, sdk/terraform-schema.json, provider/docs/reference with a page for each resource, function and group of commands, provider/docs/reference/uko.1, provider/docs/reference/settings.md, the tables of settings in provider/docs/registry/installation-configuration.md, provider/docs/reference/schemas, provider/pulumi-dynamic/generated.ts, provider/emulator/store/generated.ts, sdk/terraform/docs and sdk/terraform/examples. The packages follow with: npm run sdk",
);
