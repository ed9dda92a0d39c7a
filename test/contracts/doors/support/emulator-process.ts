/** The local UKO as a process of its own, as a real service would be: no test shares memory with it. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Seed } from "../../../../provider/emulator/seed.ts";
import { startEmulator } from "../../../../provider/emulator/start.ts";
import { compileCache } from "../../../support/child-env.ts";
import type { TrailEntry } from "../../../support/oracle.ts";
import { isOnWire } from "../door-names.ts";

const main = fileURLToPath(new URL("../../../../provider/emulator/main.ts", import.meta.url));
const startLimitMs = 30_000;

/** A key as the service keeps it, carriers included. */
export interface KeyInWorld {
  readonly id: string;
  readonly vault: { readonly id: string };
  readonly template: { readonly name: string };
  readonly label: string;
  readonly state: string;
  readonly activation_date: string;
  readonly expiration_date: string;
  readonly created_at: string;
  readonly created_by: string;
  readonly description: string;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly updated_at: string;
  readonly updated_by?: string;
  readonly deactivated_at?: string;
}

export interface TwinInWorld {
  readonly id: string;
  readonly managedKeyId: string;
  readonly state: number;
  readonly dualAuthDelete?: { readonly enabled: boolean; readonly authExpiration?: string };
  readonly setBy?: string;
}

/** A KMS key that is no managed key's twin. */
export interface KmsKeyInWorld extends Omit<TwinInWorld, "managedKeyId"> {
  readonly name: string;
}

/** A vault, keystore or template. */
export interface ContainerInWorld {
  readonly id: string;
  readonly name: string;
  readonly vaultId?: string;
  readonly groups?: readonly string[];
}

/** `/_emulator/world`, as far as tests read it. */
export interface WorldView {
  readonly instanceId: string;
  readonly now: string;
  readonly vaults: readonly ContainerInWorld[];
  readonly keystores: readonly ContainerInWorld[];
  readonly templates: readonly ContainerInWorld[];
  readonly keys: readonly KeyInWorld[];
  readonly twins: readonly TwinInWorld[];
  readonly kmsKeys: readonly KmsKeyInWorld[];
}

/** One line of the audit trail, with what only people read. */
export interface AuditEntry extends TrailEntry {
  readonly method: string;
  readonly path: string;
  readonly callerName?: string;
  readonly to?: string;
  readonly code?: string;
}

export interface EmulatorProcess {
  readonly url: string;
  readonly instanceId: string;
  /** Calls `/_emulator/NAME`: without a body GET, with one POST. Throws unless it is accepted. */
  control(name: string, body?: unknown): Promise<unknown>;
  world(): Promise<WorldView>;
  audit(): Promise<readonly AuditEntry[]>;
  stop(): Promise<void>;
}

/** On the wire the emulator runs in this process: the provider that calls it is a process of its own either way. */
export async function startEmulatorProcess(profile: string, seed: Seed): Promise<EmulatorProcess> {
  if (isOnWire) {
    const { url, instanceId, close } = await startEmulator({ profile, seed });
    return emulatorAt(url, instanceId, close);
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), "uko-emulator-"));
  const seedFile = path.join(folder, "seed.json");
  await writeFile(seedFile, JSON.stringify(seed));
  const child = spawn(process.execPath, [main, "--json", "--profile", profile, "--seed", seedFile], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  // Where a whole test run is ended from outside, nothing is to be left behind.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const stop = async (): Promise<void> => {
    process.off("exit", kill);
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { url, instanceId } = JSON.parse(await firstLine(child)) as { url: string; instanceId: string };
    return emulatorAt(url, instanceId, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

export function emulatorAt(url: string, instanceId: string, stop: () => Promise<void>): EmulatorProcess {
  const control = (name: string, body?: unknown) => callControl(url, name, body);
  return {
    url,
    instanceId,
    control,
    world: async () => (await control("world")) as WorldView,
    audit: async () => (await control("audit")) as readonly AuditEntry[],
    stop,
  };
}

/** Waits until a fault rule holds a call. */
export async function untilHeld(uko: EmulatorProcess): Promise<void> {
  for (let look = 0; look < 600; look += 1) {
    const { held } = (await uko.control("faults")) as { readonly held: readonly unknown[] };
    if (held.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("The run made no such call.");
}

async function callControl(url: string, name: string, body: unknown): Promise<unknown> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${url}/_emulator/${name}`, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`/_emulator/${name} answered ${answer.status}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    const timer = setTimeout(() => reject(new Error(`The local UKO did not start: ${stderr}`)), startLimitMs);
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      const end = stdout.indexOf("\n");
      if (end < 0) return;
      clearTimeout(timer);
      resolve(stdout.slice(0, end));
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      reject(new Error(`The local UKO ended with code ${code}: ${stderr}`));
    });
  });
}

/** Clients may hold connections open, so it is not asked twice. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("close", () => resolve());
    child.kill("SIGKILL");
  });
}
