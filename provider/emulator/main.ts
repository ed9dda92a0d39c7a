#!/usr/bin/env node
/**
 * The executable `uko-emulator`: starts an emulator, or advances the clock of a running one. It contains no other
 * command of `uko`.
 */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

/** The options: the value of each, if it takes one, and its text in the help. */
const options = {
  port: ["number", "port to listen on; any free one by default"],
  host: ["address", "address to listen on; 127.0.0.1 by default, for the control API requires no credential"],
  "allow-host": ["name", "name by which clients call the emulator; may be repeated"],
  "public-url": ["url", "address that responses name; by default the one that the client called"],
  profile: ["name", "named set of behaviors, such as key-protect: Key Protect, without UKO; or a recording (.jsonl)"],
  seed: ["file", "initial data (JSON): a seed or a snapshot; by default the demo data"],
  generate: ["size", "generated data, such as keys=5000,vaults=12"],
  tls: ["", "serve HTTPS with a certificate that is created for this run"],
  "ca-file": ["file", "with --tls: file for the certificate that clients must trust"],
  json: ["", "print one line of JSON when it listens"],
  url: ["url", "with advance: address of the emulator"],
  version: ["", "print the version"],
  help: ["", "print this help"],
} as const satisfies Record<string, readonly [value: string, text: string]>;

type Values = Partial<Record<keyof typeof options, string & boolean & string[]>>;

function parse(): { readonly values: Values; readonly positionals: readonly string[] } {
  const forms = Object.entries(options).map(([name, [value]]) => {
    const type = value === "" ? ("boolean" as const) : ("string" as const);
    return [name, { type, multiple: name === "allow-host" }] as const;
  });
  return parseArgs({ options: Object.fromEntries(forms), allowPositionals: true }) as ReturnType<typeof parse>;
}

function help(): string {
  const rows = Object.entries(options).map(([name, [value, text]]) => {
    const form = value === "" ? `--${name}` : `--${name} <${value}>`;
    return `  ${form.padEnd(21)} ${text}`;
  });
  const usage = ["Usage: uko-emulator [options]", "       uko-emulator advance <duration> [--url <url>]"];
  return `${[...usage, "", ...rows].join("\n")}\n`;
}

async function run(): Promise<string> {
  const { values, positionals } = parse();
  const { url, json, port, help: wantsHelp, version: wantsVersion, ...rest } = values;
  if (wantsHelp) return help();
  if (wantsVersion) {
    return `${JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version}\n`;
  }
  const [command, duration, ...more] = positionals;
  if (command === "advance" && more.length === 0) {
    if (duration === undefined) throw new Error("advance needs a duration, such as 5h or 31d.");
    const address = url ?? (process.env.UKO_ENDPOINT || "http://127.0.0.1:7600");
    const { advanceClock } = await import("./control/clock-client.ts");
    const nowMs = await advanceClock(address, duration, AbortSignal.timeout(20_000));
    return `The emulated time is ${new Date(nowMs).toISOString()}.\n`;
  }
  if (command !== undefined) throw new Error(`${positionals.join(" ")} is not a command. Next: uko-emulator --help`);
  if (!/^\d{1,5}$/.test(port ?? "0")) throw new Error(`The port ${port} is not a number.`);
  const { "ca-file": caFile, "allow-host": allowHost, "public-url": publicUrl, ...others } = rest;
  const { startFromCommandLine } = await import("./start.ts");
  const emulator = await startFromCommandLine({ ...others, port: Number(port ?? 0), caFile, allowHost, publicUrl });
  const stop = (): void => void emulator.close().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  const { instanceId } = emulator;
  const line = { url: emulator.url, pid: process.pid, instanceId, caFile: emulator.caFile };
  return json ? `${JSON.stringify(line)}\n` : `The emulator listens on ${line.url} (instance ${instanceId}).\n`;
}

run().then(
  (text) => process.stdout.write(text),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
