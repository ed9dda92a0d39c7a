/** The environment of a child process of a test: where programs are, and Node's cache of compiled code, which halves its start. */

import { fileURLToPath } from "node:url";

export const compileCache = fileURLToPath(new URL("../../node_modules/.cache/uko-node", import.meta.url));

export const childEnv = { PATH: process.env.PATH ?? "", NODE_COMPILE_CACHE: compileCache } as const;
