/** `uko emulator`: starts the emulator and explains how to use it. */

import { type Command, Option } from "commander";
import { isLoopbackEndpoint } from "../compose.ts";
import { parsePort } from "./arguments.ts";
import type { CliWorld, LocalUko } from "./cli-world.ts";
import { exampleHelp } from "./help.ts";

interface EmulatorOptions {
  readonly port: number;
  readonly host: string;
  readonly seed?: string;
  readonly load?: string;
  readonly file?: string;
  readonly profile?: string;
  readonly tls?: true;
  readonly caFile?: string;
  readonly json?: true;
}

/** Runs until it is stopped, which is its normal end. */
export function addEmulatorCommand(program: Command, world: CliWorld): void {
  program
    .command("emulator")
    .description("Start the local UKO: a faithful stand-in for the service, with a clock that can be advanced")
    .addOption(
      new Option("--port <number>", "where to listen; 0 takes any free port").default(7600).argParser(parsePort),
    )
    .option("--host <address>", "the address to listen on; its control API has no credential", "127.0.0.1")
    .option("--seed <file>", "the world to start with (JSON); the demo world without one")
    .option("--load <file>", "a snapshot to go on from (JSON), instead of a seed")
    .option("--file <file>", "a SQLite file that keeps the world; without one it is gone at the end")
    .option("--profile <name>", "a named set of behaviours where IBM's documents leave a choice")
    .option("--tls", "serve HTTPS with a certificate made for this run")
    .option("--ca-file <file>", "with --tls: where to write the certificate that clients are to trust")
    .option("--json", "one line of JSON once it listens: url, pid, instanceId, with --tls caFile")
    .addHelpText("after", exampleHelp("emulator"))
    .action(async ({ port, host, seed, load, file, profile, tls, caFile, json }: EmulatorOptions) => {
      const started = await world.startLocalUko({
        port,
        host,
        ...(seed !== undefined && { seedFile: seed }),
        ...(load !== undefined && { snapshotFile: load }),
        ...(file !== undefined && { file }),
        ...(profile !== undefined && { profile }),
        ...((tls === true || caFile !== undefined) && { tls: { ...(caFile !== undefined && { caFile }) } }),
      });
      const uko = { ...started, url: onThisMachine(started.url) };
      world.out.write(json === true ? readyJson(uko) : readyText(uko, host, file));
      await stopped(world.signal);
      await started.close();
    });
}

function readyJson({ url, instanceId, pid, caFile }: LocalUko): string {
  return `${JSON.stringify({ url, pid, instanceId, caFile })}\n`;
}

/** A server on every address is reached through one of this machine's own addresses. */
function onThisMachine(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}

function readyText(uko: LocalUko, host: string, file?: string): string {
  const { url, instanceId, people, firstKey, caFile } = uko;
  const [first, ...others] = people;
  const be = first === undefined ? "" : `, as ${first.name}`;
  const keeps = file === undefined ? "it stores nothing" : `${file} keeps its world`;
  const curl = caFile === undefined ? "curl" : `curl --cacert ${caFile}`;
  return [
    `The local UKO listens on ${url} until Ctrl-C; ${keeps}.`,
    "",
    `To use it from another terminal${be}:`,
    `  export UKO_ENDPOINT=${url} UKO_KMS_ENDPOINT=${url} UKO_IAM_ENDPOINT=${url}`,
    `  export UKO_INSTANCE_ID=${instanceId}`,
    ...(caFile === undefined ? [] : [`  export NODE_EXTRA_CA_CERTS=${caFile}`]),
    ...(caFile === undefined || isLoopback(url) ? [] : [`  export UKO_ALLOWED_HOSTS=${new URL(url).host}`]),
    ...(first === undefined ? [] : [`  export UKO_API_KEY=${first.apiKey}`]),
    ...elsewhere(uko, host),
    ...(others.length === 0 ? [] : ["", "To be somebody else:"]),
    ...others.map(({ name, apiKey }) => `  export UKO_API_KEY=${apiKey}   # ${name}`),
    ...(firstKey === undefined ? [] : ["", "To look at a key, and to ask for its end:"]),
    ...(firstKey === undefined ? [] : [`  uko status ${firstKey}`, `  uko request ${firstKey}`]),
    "",
    "To let 5 hours pass, and to see who did what:",
    `  ${curl} -d '{"advance":"5h"}' ${url}/_emulator/clock`,
    `  ${curl} ${url}/_emulator/audit`,
    "",
    "To take a snapshot of this world, and to go on from it another time:",
    `  ${curl} ${url}/_emulator/snapshot > snapshot.json`,
    "  uko emulator --load snapshot.json",
    "",
  ].join("\n");
}

/** Credentials in plain text are sent only to this machine. */
function elsewhere({ url, caFile }: LocalUko, host: string): readonly string[] {
  const { port, host: place } = new URL(url);
  if (["0.0.0.0", "::"].includes(host)) {
    return [
      "",
      "Other machines need TLS: start this with --tls, and with --host and the one address that they know it by;",
      `there, besides the certificate, UKO_ALLOWED_HOSTS=<address>:${port}.`,
    ];
  }
  if (isLoopback(url)) return [];
  return caFile === undefined
    ? [
        "",
        `uko calls that address only over TLS: start this with --tls; whoever calls it needs UKO_ALLOWED_HOSTS=${place}.`,
      ]
    : ["", "On another machine NODE_EXTRA_CA_CERTS names a copy of that file."];
}

const isLoopback = (url: string): boolean => isLoopbackEndpoint({ url });

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
