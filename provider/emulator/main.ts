#!/usr/bin/env node
/** The emulator as a process without the command line; the options are those of `uko emulator`. */

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { generateSeed, parseGeneratedSize } from "./generate.ts";
import { checkSeed } from "./seed.ts";
import { type EmulatorOptions, startEmulator } from "./start.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string" },
    profile: { type: "string" },
    seed: { type: "string" },
    generate: { type: "string" },
    load: { type: "string" },
    file: { type: "string" },
    tls: { type: "boolean", default: false },
    "ca-file": { type: "string" },
    json: { type: "boolean", default: false },
  },
});

async function run(): Promise<void> {
  const { host, profile, seed, generate, load, file, tls, "ca-file": caFile } = values;
  const options: EmulatorOptions = {
    port: Number(values.port),
    ...(host !== undefined && { host }),
    ...(profile !== undefined && { profile }),
    ...(seed !== undefined && { seed: checkSeed(await readJson(seed)) }),
    ...(generate !== undefined && { seed: generateSeed(parseGeneratedSize(generate)) }),
    ...(load !== undefined && { snapshot: await readJson(load) }),
    ...(file !== undefined && { file }),
    ...((tls || caFile !== undefined) && { tls: { ...(caFile !== undefined && { caFile }) } }),
  };
  const emulator = await startEmulator(options);
  const stop = (): void => void emulator.close().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  const { url, instanceId } = emulator;
  const line = values.json
    ? JSON.stringify({ url, pid: process.pid, instanceId, ...(emulator.caFile && { caFile: emulator.caFile }) })
    : `The emulator listens on ${url} (instance ${instanceId}).`;
  process.stdout.write(`${line}\n`);
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, "utf8"));
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
