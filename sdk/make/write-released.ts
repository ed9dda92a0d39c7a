/** `npm run schema:released`: keeps the schema of the version that is being released, once. */

import { writeFileSync } from "node:fs";
import { releasedFolder } from "./released-schemas.ts";
import { packageVersion, schemaText } from "./schema-file.ts";

const name = `schema-${packageVersion()}.json`;
// A released schema is a fact; a second release of one version would be another product under the same name.
writeFileSync(new URL(name, releasedFolder), schemaText(), { flag: "wx" });
console.log(`Wrote sdk/released/${name}.`);
