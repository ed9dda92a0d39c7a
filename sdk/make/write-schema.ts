/** `npm run schema`: writes sdk/schema.json from the definitions. */

import { writeFileSync } from "node:fs";
import { schemaFile, schemaText } from "./schema-file.ts";

writeFileSync(schemaFile, schemaText());
console.log("Wrote sdk/schema.json. The packages follow with: npm run sdk");
