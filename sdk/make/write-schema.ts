/** `npm run schema`: writes sdk/schema.json, sdk/terraform-schema.json and provider/docs/reference.md from the definitions. */

import { writeFileSync } from "node:fs";
import { referenceMarkdown } from "../../provider/schema/reference.ts";
import { referenceFile, schemaFile, schemaText, terraformSchemaFile, terraformSchemaText } from "./schema-file.ts";

writeFileSync(schemaFile, schemaText());
writeFileSync(terraformSchemaFile, terraformSchemaText());
writeFileSync(referenceFile, referenceMarkdown());
console.log(
  "Wrote sdk/schema.json, sdk/terraform-schema.json and provider/docs/reference.md. The packages follow with: npm run sdk",
);
