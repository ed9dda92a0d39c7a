/**
 * Runs the generator of CDK constructs: `node run-cdk-generator.mjs GENERATORS REQUEST OUT`. A process of its own, since the
 * generator looks for an engine and writes a log as soon as it is loaded. REQUEST is a file with `schema`, `name`, `source` and
 * `version`; GENERATORS holds its node_modules.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [generators, request, out] = process.argv.slice(2);
const { schema, ...constraint } = JSON.parse(readFileSync(request, "utf8"));
const require = createRequire(path.join(generators, "package.json"));
const { CodeMaker, TerraformProviderConstraint, TerraformProviderGenerator } = require("@cdktn/provider-generator");

const code = new CodeMaker();
new TerraformProviderGenerator(code, schema).generate(new TerraformProviderConstraint(constraint));
await code.save(out);
