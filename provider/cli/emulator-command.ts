/** `uko emulator`: starts the local UKO and says how to use it. */

import { type Command, Option } from "commander";
import { parsePort } from "./arguments.ts";
import type { CliWorld, LocalUko } from "./cli-world.ts";
import { exampleHelp } from "./help.ts";

interface EmulatorOptions {
  readonly port: number;
  readonly host: string;
  readonly seed?: string;
  readonly profile?: string;
  readonly json?: true;
}

/** Runs until somebody stops it; being stopped is how it is meant to end. */
export function addEmulatorCommand(program: Command, world: CliWorld): void {
  program
    .command("emulator")
    .description("Start the local UKO: a faithful stand-in for the service, with a clock that can be advanced")
    .addOption(
      new Option("--port <number>", "where to listen; 0 takes any free port").default(7600).argParser(parsePort),
    )
    .option("--host <address>", "the address to listen on; its control API has no credential", "127.0.0.1")
    .option("--seed <file>", "the world to start with (JSON); the demo world without one")
    .option("--profile <name>", "a named set of behaviours where IBM's documents leave a choice")
    .option("--json", "one line of JSON once it listens: url, pid, instanceId")
    .addHelpText("after", exampleHelp("emulator"))
    .action(async ({ port, host, seed, profile, json }: EmulatorOptions) => {
      const uko = await world.startLocalUko({
        port,
        host,
        ...(seed !== undefined && { seedFile: seed }),
        ...(profile !== undefined && { profile }),
      });
      world.out.write(json === true ? readyJson(uko) : readyText(uko));
      await stopped(world.signal);
      await uko.close();
    });
}

function readyJson({ url, instanceId, pid }: LocalUko): string {
  return `${JSON.stringify({ url, pid, instanceId })}\n`;
}

function readyText({ url, instanceId, people }: LocalUko): string {
  const [first, ...others] = people;
  const be = first === undefined ? "" : `, as ${first.name}`;
  return [
    `The local UKO listens on ${url} until Ctrl-C; it stores nothing.`,
    "",
    `To use it from another terminal${be}:`,
    `  export UKO_ENDPOINT=${url} UKO_KMS_ENDPOINT=${url} UKO_IAM_ENDPOINT=${url}`,
    `  export UKO_INSTANCE_ID=${instanceId}`,
    ...(first === undefined ? [] : [`  export UKO_API_KEY=${first.apiKey}`]),
    ...(others.length === 0 ? [] : ["", "To be somebody else:"]),
    ...others.map(({ name, apiKey }) => `  export UKO_API_KEY=${apiKey}   # ${name}`),
    "",
    "To let 5 hours pass, and to see who did what:",
    `  curl -d '{"advance":"5h"}' ${url}/_emulator/clock`,
    `  curl ${url}/_emulator/audit`,
    "",
  ].join("\n");
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
