#!/usr/bin/env node
/** The emulator as a process without the command line; the options are those of `uko emulator`. */

import { parseArgs } from "node:util";
import { startFromCommandLine } from "./start.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string" },
    "allow-host": { type: "string", multiple: true },
    "public-url": { type: "string" },
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
  const { port, json, tls, "ca-file": caFile, "allow-host": allowHosts, "public-url": publicUrl, ...files } = values;
  const emulator = await startFromCommandLine({
    ...files,
    ...(allowHosts !== undefined && { allowHosts }),
    ...(publicUrl !== undefined && { publicUrl }),
    port: Number(port),
    ...((tls || caFile !== undefined) && { tls: { ...(caFile !== undefined && { caFile }) } }),
  });
  const stop = (): void => void emulator.close().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  const { url, instanceId } = emulator;
  const line = json
    ? JSON.stringify({ url, pid: process.pid, instanceId, ...(emulator.caFile && { caFile: emulator.caFile }) })
    : `The emulator listens on ${url} (instance ${instanceId}).`;
  process.stdout.write(`${line}\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
