/**
 * Runs one generator of CDK constructs: `node run-cdk-generator.mjs GENERATORS KIT REQUEST OUT`. A process of its own, since the
 * generators look for an engine and write a log as soon as they are loaded. REQUEST is a file with `schema`, `name`, `source` and
 * `version`; GENERATORS holds their node_modules; KIT is cdktf or cdktn.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [generators, kit, request, out] = process.argv.slice(2);
const { schema, ...constraint } = JSON.parse(readFileSync(request, "utf8"));
const require = createRequire(path.join(generators, "package.json"));
const { CodeMaker, TerraformProviderConstraint, TerraformProviderGenerator } = require(`@${kit}/provider-generator`);

const code = new CodeMaker();
new TerraformProviderGenerator(code, schema).generate(new TerraformProviderConstraint(constraint));
await code.save(out);
