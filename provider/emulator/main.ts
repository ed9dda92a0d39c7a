/** Runs the local UKO as a process of its own: `node provider/emulator/main.ts --port 0 --profile NAME --seed FILE --json`. */

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { checkSeed } from "./seed.ts";
import { type EmulatorOptions, startEmulator } from "./start.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string" },
    profile: { type: "string" },
    seed: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

async function run(): Promise<void> {
  const options: EmulatorOptions = {
    port: Number(values.port),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.profile === undefined ? {} : { profile: values.profile }),
    ...(values.seed === undefined ? {} : { seed: checkSeed(JSON.parse(await readFile(values.seed, "utf8"))) }),
  };
  const emulator = await startEmulator(options);
  const stop = (): void => void emulator.close().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  const line = values.json
    ? JSON.stringify({ url: emulator.url, pid: process.pid, instanceId: emulator.instanceId })
    : `The local UKO listens on ${emulator.url} (instance ${emulator.instanceId}).`;
  process.stdout.write(`${line}\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
