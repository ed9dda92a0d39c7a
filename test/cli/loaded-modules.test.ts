/** The modules that a start of `uko` loads, counted, because a duration says little on a busy machine. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { expect, it } from "vitest";
import { childEnv } from "../support/child-env.ts";

const program = fileURLToPath(new URL("../../provider/bin/uko.ts", import.meta.url));

/** Writes the address of each module at the end. */
const counter = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  const urls = [];
  registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });
  process.on("exit", () => process.stderr.write("\\n" + JSON.stringify(urls)));
`)}`;

interface Loaded {
  /** Modules of this project. */
  readonly own: number;
  readonly packages: readonly string[];
}

async function loadedBy(...args: readonly string[]): Promise<Loaded> {
  const child = spawn(process.execPath, ["--import", counter, program, ...args], { env: childEnv });
  const errors = text(child.stderr);
  // The emulator runs until it is stopped; the others end by themselves.
  createInterface(child.stdout).once("line", () => args[0] === "emulator" && child.kill("SIGTERM"));
  await once(child, "close");
  const urls = JSON.parse((await errors).split("\n").at(-1) ?? "") as readonly string[];
  const packages = urls.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return { own: urls.filter((url) => url.includes("/provider/")).length, packages: [...new Set(packages)].sort() };
}

const forEvery = ["ansi-regex", "commander", "get-east-asian-width", "string-width"];

it("uko --help loads the commands and no schema, service or emulator", async () => {
  const { own, packages } = await loadedBy("--help");
  expect(packages).toEqual(forEvery);
  expect(own).toBeLessThanOrEqual(107);
});

it("uko emulator loads the emulator and no service", async () => {
  const { own, packages } = await loadedBy("emulator", "--port", "0");
  expect(packages).toEqual([...forEvery, "zod"].sort());
  expect(own).toBeLessThanOrEqual(172);
});

it("uko status loads what a run needs: no definition of a resource, no emulator, no library of certificates and campaigns", async () => {
  const { own, packages } = await loadedBy("status", "vault/key");
  expect(packages).toEqual([...forEvery, "jose", "zod"].sort());
  expect(own).toBeLessThanOrEqual(230);
});

it("the Pulumi plugin and the Terraform provider contain no campaign and none of its libraries", () => {
  // Each start of a provider unpacks and parses what its bundle contains, also what no run uses.
  const entry = fileURLToPath(new URL("../../provider/bin/own-commands.ts", import.meta.url));
  const options = { bundle: true, platform: "node", format: "esm", metafile: true, write: false } as const;
  const { inputs } = buildSync({ ...options, entryPoints: [entry] }).metafile;
  const files = Object.keys(inputs);
  expect(files.filter((file) => /provider\/cli\/key-program\.ts$/.test(file))).toHaveLength(1);
  expect(files.filter((file) => /provider\/campaign\/|node_modules\/yaml\//.test(file))).toEqual([]);
});
