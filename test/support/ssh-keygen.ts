/** `ssh-keygen -Y sign -n NAMESPACE -f KEY` with a key of this folder, for the tests that have no security key. */

import { readFileSync } from "node:fs";
import { armored, signBySsh, type TestSshKey } from "./ssh-keys.ts";

const [, , , , , namespace = "", , file = ""] = process.argv;
const key = JSON.parse(readFileSync(file, "utf8")) as TestSshKey;
process.stdout.write(armored(signBySsh(key, readFileSync(0, "utf8"), namespace)));
