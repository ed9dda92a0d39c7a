/** What a released command line has to do with 2,000 keys, in whichever form it is released. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, onTestFinished } from "vitest";
import { emulatorAddresses } from "../support/emulator-addresses.ts";

export const manyKeys = 2_000;
const vaults = ["payments", "cards", "mail", "archive"];
/** Of the generated keys, 4 % are deactivated and 5 % were never active; the others can be deactivated. */
const deactivatable = 1_820;

/** Variables of a person for the emulator. */
export type Settings = Readonly<Record<string, string>>;

/** Starts the command's own emulator with 2,000 keys, and returns what a person needs to use it. */
export async function startWithManyKeys(command: readonly string[], env: Settings): Promise<Settings> {
  const [program = "", ...words] = command;
  const size = `keys=${manyKeys},vaults=${vaults.length}`;
  const emulator = spawn(program, [...words, "emulator", "--port", "0", "--json", "--generate", size], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void emulator.kill());
  const [line] = (await once(createInterface(emulator.stdout), "line")) as [string];
  const { url, instanceId } = JSON.parse(line) as { url: string; instanceId: string };
  return { ...env, ...emulatorAddresses(url), UKO_INSTANCE_ID: instanceId };
}

/** Requests the deactivation of each key that allows it, lists the requests, and installs the provider from `zip`. */
export async function handlesManyKeys(command: readonly string[], zip: string, home: string): Promise<void> {
  const [program = "", ...words] = command;
  const env = { PATH: process.env.PATH ?? "", HOME: home };
  const settings = await startWithManyKeys(command, env);
  const run = async (person: string, ...args: readonly string[]) => {
    const options = { env: { ...settings, UKO_API_KEY: `${person}-demo-key` }, maxBuffer: 64 * 1024 * 1024 };
    return (await promisify(execFile)(program, [...words, ...args], options)).stdout.trim().split("\n");
  };
  const selection = vaults.flatMap((vault) => ["--vault", vault]);
  const requested = await run("carol", "request", ...selection, "--step", "deactivate", "--yes", "--json");
  expect(requested).toHaveLength(deactivatable);
  // The list also names the keys that wait for a first request: the deactivated ones, and those that were never active.
  expect(await run("bob", "requests", "--json")).toHaveLength(manyKeys);
  await run("carol", "install", "terraform", "--from", zip);
  expect(await readdir(home, { recursive: true })).toContainEqual(expect.stringContaining(path.basename(zip)));
}
