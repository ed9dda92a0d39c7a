/**
 * Lists the objects of a vault for `uko import`, as the inputs with which a program adopts them, without secrets. It
 * leaves out destroyed keys, and names each object that no program of this release can declare.
 */

import * as z from "zod";
import { UkoError } from "../../errors.ts";
import type { Subject } from "../loop/report.ts";
import type { CallOptions, World } from "../ports/world.ts";
import type { ResourceDefinition, RunSettings } from "../resource/definition.ts";
import type { Deletion } from "../resource/delete.ts";
import { shapeOf } from "../resource/property.ts";
import { capital, plain } from "../text/words.ts";

export interface InventoryItem {
  /** The resource type, such as `Keystore`. */
  readonly resource: string;
  /** The noun in messages, such as `template`. */
  readonly noun: string;
  readonly id: string;
  readonly name: string;
  /** The service's values without those that equal their default, plus the input that adopts the object. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Blocks with secrets, which the service never returns. An adoption without them changes nothing. */
  readonly secretBlocks: readonly SecretBlock[];
  readonly keystores: readonly string[];
}

export interface Inventory {
  readonly items: readonly InventoryItem[];
  /** Values that no program of this release can declare, each with the reason. */
  readonly leftOut: readonly string[];
}

export interface SecretBlock {
  readonly name: string;
  readonly known: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
}

/** The parts of a resource definition that an inventory uses, for definitions of all types. */
export type AnyDefinition = Pick<
  // biome-ignore lint/complexity/noBannedTypes: every definition's inputs and state are objects, and no more is used.
  ResourceDefinition<{}, {}>,
  "name" | "noun" | "idForm" | "inputs" | "list"
> & {
  readonly secrets?: readonly string[];
  // biome-ignore lint/complexity/noBannedTypes: as above.
  deletion(state: {}, run: RunSettings): Pick<Deletion, "subject">;
};

const run: RunSettings = { leastPeople: "single" };

/** Lists every resource of a vault except destroyed keys, which can only be removed. Throws UKO_NOT_FOUND. */
export async function takeInventory(
  world: World,
  definitions: readonly AnyDefinition[],
  vaultId: string,
  { signal }: CallOptions,
): Promise<Inventory> {
  const items: InventoryItem[] = [];
  const leftOut: string[] = [];
  let isVaultThere = false;
  const options = { signal, warn: (line: string) => void leftOut.push(line) };
  for (const definition of definitions) {
    const { noun } = definition;
    world.progress.report(`Listing each ${noun}`);
    for (const { id, state } of await definition.list(world, { vaultId }, options)) {
      const properties = state as Readonly<Record<string, unknown>>;
      if (properties.vaultId !== vaultId || properties.keyState === "destroyed") continue;
      isVaultThere ||= id === vaultId;
      const item = itemOf(definition, id, properties, nameOf(definition.deletion(state, run).subject(properties)));
      const unsayable = unsayableIn(definition, item);
      if (unsayable.length === 0) items.push(item);
      else
        leftOut.push(
          `${capital(noun)} "${plain(item.name)}" ${id}: cannot be declared because of its ${unsayable.join(", ")}`,
        );
    }
  }
  if (isVaultThere) return { items, leftOut };
  throw new UkoError("UKO_NOT_FOUND", {
    summary: `Vault ${vaultId} was not found`,
    detail: "It does not exist, or this identity cannot read it. Nothing was written.",
  });
}

/** The inputs that the definition would reject, such as a word from a later release of the service. */
function unsayableIn({ inputs }: AnyDefinition, item: InventoryItem): readonly string[] {
  const parsed = inputs.safeParse(item.inputs);
  return parsed.success ? [] : [...new Set(parsed.error.issues.map(({ path }) => path.join(".")))];
}

function nameOf({ label, keyId }: Subject): string {
  return label ?? keyId;
}

function itemOf(
  definition: AnyDefinition,
  id: string,
  state: Readonly<Record<string, unknown>>,
  name: string,
): InventoryItem {
  const schemas = shapeOf(definition.inputs);
  const secretPaths = (definition.secrets ?? []).map((path) => path.split("."));
  const withSecrets = new Set(secretPaths.map(([block = ""]) => block));
  const inputs: Record<string, unknown> = {};
  for (const [property, schema] of Object.entries(schemas)) {
    const value = property.startsWith("existing") ? state[adoptedBy(property)] : state[property];
    if (value !== undefined && !withSecrets.has(property) && !isDefault(schema, value)) inputs[property] = value;
  }
  const blocks = [...withSecrets].filter((block) => typeof state[block] === "object" && state[block] !== null);
  return {
    resource: definition.name,
    noun: definition.noun,
    id,
    name,
    inputs,
    secretBlocks: blocks.map((block) => secretBlockOf(block, state[block] as object, secretPaths)),
    keystores: keystoresIn(state),
  };
}

/** `existingKeyId` adopts the key whose `keyId` is in state. */
function adoptedBy(property: string): string {
  const name = property.slice("existing".length);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function secretBlockOf(block: string, values: object, secretPaths: readonly (readonly string[])[]): SecretBlock {
  const secrets = secretPaths.flatMap(([first, second]) => (first === block && second !== undefined ? [second] : []));
  const known = Object.entries(values).filter(
    ([name, value]) => !secrets.includes(name) && value !== "" && value !== undefined,
  );
  return { name: block, known: Object.fromEntries(known), secrets };
}

function keystoresIn({ keystores }: Readonly<Record<string, unknown>>): readonly string[] {
  const read = z.array(z.object({ name: z.string(), status: z.string() })).safeParse(keystores);
  return read.success ? read.data.filter(({ status }) => status !== "not_present").map(({ name }) => name) : [];
}

/** Whether a program that omits the input has the same effect. An empty text has no effect. */
function isDefault(schema: z.ZodType, value: unknown): boolean {
  const absent = schema.safeParse(undefined);
  return absent.success && (value === "" || JSON.stringify(absent.data) === JSON.stringify(value));
}
