/** `npm run schema`: writes the two schemas, the reference and the pages for the registries from the definitions. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { referenceMarkdown } from "../../provider/schema/reference.ts";
import { generatedFolders, registryPages } from "../../provider/schema/registry/pages.ts";
import {
  referenceFile,
  registryDocsFolder,
  schemaFile,
  schemaText,
  terraformSchemaFile,
  terraformSchemaText,
} from "./schema-file.ts";

writeFileSync(schemaFile, schemaText());
writeFileSync(terraformSchemaFile, terraformSchemaText());
writeFileSync(referenceFile, referenceMarkdown());
const pages = registryPages();
for (const folder of generatedFolders) {
  // The page of what is no more goes with it.
  rmSync(new URL(folder, registryDocsFolder), { recursive: true, force: true });
  mkdirSync(new URL(folder, registryDocsFolder), { recursive: true });
}
for (const [file, text] of pages) writeFileSync(new URL(file, registryDocsFolder), text);
console.log(
  "Wrote sdk/schema.json, sdk/terraform-schema.json, provider/docs/reference.md and sdk/terraform/docs. The packages follow with: npm run sdk",
);
