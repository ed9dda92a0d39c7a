/**
 * `uko emulator`: starts the emulator of IBM's services on this machine, prints the settings to use it, and advances the
 * clock of a running emulator.
 */

import { type Command, Option } from "commander";
import { isLoopbackEndpoint, sayTime } from "../compose/text.ts";
import { parsePort } from "./arguments.ts";
import type { EmulatorStart, RunningEmulator, UkoWorld } from "./cli-world.ts";
import { refuseUnknown } from "./help-layout.ts";
import { untilStopped } from "./run.ts";

/** Adds the command, which runs until a person stops it. That is its normal end. */
export function addEmulatorCommand(program: Command, world: UkoWorld): void {
  const emulator = program
    .command("emulator")
    .description("Start a local emulator of the service, with a clock that you can advance")
    .addOption(
      new Option("--port <number>", "port to listen on; 0 for any free port").default(defaultPort).argParser(parsePort),
    )
    .option("--host <address>", "address to listen on; its control API requires no credential", "127.0.0.1")
    .addOption(
      new Option("--allow-host <name>", "name by which clients call the emulator; may be repeated").argParser(
        (name, former: readonly string[] = []) => [...former, name],
      ),
    )
    .option("--public-url <url>", "address that responses name; by default the one that the client called")
    .option("--seed <file>", "initial data (JSON): a seed or a snapshot; by default the demo data")
    .addOption(
      new Option("--generate <size>", "generated data, such as keys=5000,vaults=12,kms=600,blocked=40").conflicts(
        "seed",
      ),
    )
    .option(
      "--profile <name>",
      "named set of behaviors where IBM's documentation leaves a choice; key-protect: Key Protect, without UKO; or a recording (.jsonl)",
    )
    .option("--tls", "serve HTTPS with a certificate that is created for this run")
    .option("--ca-file <file>", "with --tls: file for the certificate that clients must trust")
    .option("--json", "print one line of JSON when it listens: url, pid, instanceId, and caFile with --tls")
    .allowExcessArguments()
    .action(async ({ json, ...options }: EmulatorStart & { readonly json?: true }) => {
      const [unknown] = emulator.args;
      if (unknown !== undefined) refuseUnknown(unknown, emulator);
      const started = await world.startEmulator(options);
      world.out.write(json === true ? readyJson(started) : readyText(started, options));
      await untilStopped(world.signal);
      await started.close();
    });
  addAdvance(emulator, world);
}

const defaultPort = 7600;
const defaultUrl = `http://127.0.0.1:${defaultPort}`;

function addAdvance(parent: Command, world: UkoWorld): void {
  parent
    .command("advance")
    .description("Advance the clock of an emulator that is running")
    .argument("<duration>", "such as 5h or 31d")
    .option("--url <url>", `address of the emulator; by default UKO_ENDPOINT, or ${defaultUrl}`)
    .action(async (duration: string, { url }: { readonly url?: string }) => {
      const started = parent.options.find((each) => parent.getOptionValueSource(each.attributeName()) === "cli");
      if (started !== undefined) parent.error(`error: ${started.long} starts an emulator; use --url for one that runs`);
      const nowMs = await world.advanceEmulator(url ?? (world.environment.UKO_ENDPOINT || defaultUrl), duration);
      world.out.write(`The emulated time is ${sayTime(nowMs)}.\n`);
    });
}

function readyJson({ url, instanceId, instanceCrn, pid, caFile }: RunningEmulator): string {
  return `${JSON.stringify({ url, pid, instanceId, instanceCrn, caFile })}\n`;
}

function readyText(emulator: RunningEmulator, { host, profile }: EmulatorStart): string {
  const { url, instanceId, instanceCrn, people, firstKey, caFile, recorded = [] } = emulator;
  const [first, ...others] = people;
  const be = first === undefined ? "" : `, as ${first.name}`;
  const keyWidth = Math.max(...others.map(({ apiKey }) => apiKey.length));
  const curl = caFile === undefined ? "curl" : `curl --cacert ${caFile}`;
  return [
    `The emulator listens on ${url} until you press Ctrl-C; data is not stored.`,
    ...(recorded.length === 0 ? [] : ["The recording refutes:", ...recorded.map((each) => `  ${each}`)]),
    "",
    `To use it from another terminal${be}:`,
    `  export ${instanceCrn === undefined ? `UKO_ENDPOINT=${url} ` : ""}UKO_KMS_ENDPOINT=${url} UKO_IAM_ENDPOINT=${url}`,
    `  export UKO_ALLOWED_HOSTS=${new URL(url).host}`,
    `  export UKO_INSTANCE_ID=${instanceCrn ?? instanceId}`,
    ...(caFile === undefined ? [] : [`  export NODE_EXTRA_CA_CERTS=${caFile}`]),
    ...(first === undefined ? [] : [`  export UKO_API_KEY=${first.apiKey}`]),
    ...elsewhere(emulator, host),
    ...(others.length === 0 ? [] : ["", "To act as another one, set UKO_API_KEY to:"]),
    ...others.map(({ name, apiKey }) => `  ${apiKey.padEnd(keyWidth)}  ${name}`),
    ...(firstKey === undefined ? [] : ["", "To show a key and request its deletion:"]),
    ...(firstKey === undefined ? [] : [`  uko status ${firstKey}`, `  uko request ${firstKey}`]),
    "",
    "To advance the clock by 5 hours, and to show the audit trail:",
    `  ${caFile === undefined ? "" : `NODE_EXTRA_CA_CERTS=${caFile} `}uko emulator advance 5h${url === defaultUrl ? "" : ` --url ${url}`}`,
    `  ${curl} ${url}/_emulator/audit`,
    ...(profile === undefined || profile === "documented" ? ibmClients : []),
    "",
    "To take a snapshot, and to continue from it later:",
    `  ${curl} ${url}/_emulator/snapshot > snapshot.json`,
    "  uko emulator --seed snapshot.json",
    "",
  ].join("\n");
}

/** IBM's clients, for which the text has a remark: they compare the expiry of a token with the clock of this machine. */
const ibmClients = [
  "",
  "After an advance, IBM's own SDKs, key clients and Terraform provider keep a token that has expired.",
  "For them, restart with --profile ibm-clients.",
];

/**
 * The warning for an emulator that other machines can reach, because credentials in plain text should stay on this
 * machine.
 */
function elsewhere({ url, caFile }: RunningEmulator, host: string): readonly string[] {
  if (["0.0.0.0", "::"].includes(host)) {
    return [
      "",
      "Other machines need TLS: restart with --tls --host ADDRESS, where ADDRESS is the one they connect to.",
      `On those machines, set UKO_ALLOWED_HOSTS=ADDRESS:${new URL(url).port}.`,
    ];
  }
  if (isLoopback(url)) return [];
  return caFile === undefined
    ? ["", "uko calls this address only over TLS: restart with --tls."]
    : ["", "On another machine, set NODE_EXTRA_CA_CERTS to a copy of that file."];
}

const isLoopback = (url: string): boolean => isLoopbackEndpoint({ url });
