/** The emulator of a scenario, and what tests read of it. */

import { snapshot } from "../../../../provider/emulator/control/snapshot.ts";
import { type Emulator, startEmulator } from "../../../../provider/emulator/start.ts";
import type { Seed } from "../../../../provider/emulator/store/seed.ts";
import type { TrailEntry } from "../../../support/oracle.ts";

/** A key as the service keeps it, with the texts of uko. */
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

export interface BackingKeyInWorld {
  readonly id: string;
  readonly managedKeyId: string;
  readonly state: number;
  readonly dualAuthDelete?: { readonly enabled: boolean; readonly authExpiration?: string };
  readonly setBy?: string;
}

/** A KMS key that is no managed key's backing key. */
export interface KmsKeyInWorld extends Omit<BackingKeyInWorld, "managedKeyId"> {
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
  readonly backingKeys: readonly BackingKeyInWorld[];
  readonly kmsKeys: readonly KmsKeyInWorld[];
}

/** One line of the audit trail, with what only people read. */
export interface AuditEntry extends TrailEntry {
  readonly method: string;
  readonly path: string;
  readonly callerName?: string | undefined;
  readonly to?: string | undefined;
  readonly code?: string | undefined;
}

export interface LocalUko {
  readonly url: string;
  readonly instanceId: string;
  /** Of an instance of Key Protect. */
  readonly instanceCrn?: string;
  /** Calls `/_emulator/NAME`: without a body GET, with one POST. Throws unless it is accepted. */
  control(name: string, body?: unknown): Promise<unknown>;
  world(): Promise<WorldView>;
  audit(): Promise<readonly AuditEntry[]>;
  stop(): Promise<void>;
}

/** In the test's process; the provider or engine that calls it is a process of its own. */
export async function openEmulator(
  profile: string,
  seed: Seed,
  prepare: (emulator: Emulator) => void = () => {},
): Promise<LocalUko> {
  const emulator = await startEmulator({ profile, seed });
  prepare(emulator);
  const { url, instanceId, instanceCrn, world, close } = emulator;
  return {
    url,
    instanceId,
    ...(instanceCrn !== undefined && { instanceCrn }),
    control: (name, body) => callControl(url, name, body),
    // Without a request, as each scenario reads them many times.
    world: async () => structuredClone(snapshot(world)) as WorldView,
    audit: async () => [...world.audit.since(0)],
    stop: close,
  };
}

/** The keys of a world as a seed: the same IDs, times and writers, so that the state of a stack fits them. */
export function seedKeys(keys: readonly KeyInWorld[]): NonNullable<Seed["keys"]> {
  return keys.map((key) => ({
    ...{ id: key.id, label: key.label, vault: key.vault.id, template: key.template.name },
    ...{ state: key.state as "active", description: key.description, tags: [...key.tags] },
    ...{ activationDate: key.activation_date, expirationDate: key.expiration_date },
    ...{ createdAt: key.created_at, createdBy: key.created_by },
    ...{ updatedAt: key.updated_at, ...(key.updated_by !== undefined && { updatedBy: key.updated_by }) },
    ...(key.deactivated_at !== undefined && { deactivatedAt: key.deactivated_at }),
    ...(key.state === "destroyed" && { destroyedAt: key.updated_at }),
  }));
}

/** Waits until a fault rule holds a call. */
export async function untilHeld(uko: LocalUko): Promise<void> {
  for (let look = 0; look < 600; look += 1) {
    const { held } = (await uko.control("faults")) as { readonly held: readonly unknown[] };
    if (held.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("The run made no such call.");
}

async function callControl(url: string, name: string, body: unknown): Promise<unknown> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(`${url}/_emulator/${name}`, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`/_emulator/${name} returned ${response.status}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
