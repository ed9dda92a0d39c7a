/** What an update does to a keystore: sends what differs and no more, and never takes a group away that an installed key needs. */

import type { ConnectionFields, ContainerRef, KeystorePatch, KeystoreSnapshot } from "../engine/container-ports.ts";
import type { CheckFailure } from "../engine/definition.ts";
import { sayContainer } from "../engine/explain/container-words.ts";
import { capital, plain } from "../engine/explain/words.ts";
import type { CallOptions, World } from "../engine/ports.ts";
import { digestSecrets } from "../engine/secrets.ts";
import { isUkoError, UkoError } from "../errors.ts";
import { changeContainer, type Present, throwIfFrozen } from "./container-writes.ts";
import { refuseUnlinking } from "./group-narrowing.ts";
import {
  type BlockValues,
  connectionFields,
  differingIn,
  fromWire,
  secretPaths,
  toWire,
  typeFacts,
  typeOf,
} from "./keystore-connection.ts";
import type { KeystoreInputs, KeystoreState } from "./keystore-properties.ts";

export interface Updated {
  readonly snapshot: KeystoreSnapshot;
  readonly warnings: readonly string[];
  /** Whether the service was told how to reach the keystore, which it checks at the next look alone. */
  readonly isReconnected: boolean;
}

/** Throws UKO_CHANGE_IMPOSSIBLE, UKO_KEY_WOULD_BE_UNLINKED, UKO_CONTENTS_UNREADABLE, and as `changeContainer` does. */
export async function updateKeystore(
  world: World,
  ref: ContainerRef,
  state: KeystoreState,
  inputs: KeystoreInputs,
  frozen: readonly CheckFailure[],
  options: CallOptions,
): Promise<Updated> {
  const what = sayContainer({ kind: "keystore", id: ref.id, name: state.name ?? "" });
  throwIfFrozen(what, frozen);
  let isMoved = false;
  let isReconnected = false;
  const snapshot = await changeContainer(
    world,
    ref,
    world.keystores,
    async (found) => {
      refusePretence(found.snapshot, inputs);
      const patch = patchFor(world, found, state, inputs);
      if (patch === undefined) return undefined;
      const { groups } = patch;
      if (groups !== undefined && found.snapshot.groups.some((group) => !groups.includes(group))) {
        await refuseUnlinking(world, ref.vaultId, { kind: "keystore", id: ref.id, groups }, what, options);
      }
      isMoved ||= groups !== undefined;
      isReconnected ||= patch.fields !== undefined;
      return world.keystores.update(ref, patch, found.etag, options);
    },
    options,
  );
  const warnings = [
    ...(isMoved ? [notAligned(what)] : []),
    ...(isReconnected ? await warnOfWaitingKeys(world, ref, what, options) : []),
  ];
  return { snapshot, warnings, isReconnected };
}

/**
 * A new credential may be another account's, which no field tells (uko-v4.md 3.7): there a key that still waits for its
 * destruction is not present, and its record could be removed while it lives. Nothing rests on whether the keys can be read.
 */
async function warnOfWaitingKeys(
  world: World,
  { vaultId, id }: ContainerRef,
  what: string,
  options: CallOptions,
): Promise<readonly string[]> {
  try {
    const keys = await world.keys.list({ vaultId }, options);
    const waiting = keys.filter(
      ({ stateWord, storedStatus }) =>
        stateWord === "destroyed" &&
        storedStatus.some(({ keystoreId, status }) => keystoreId === id && status !== "not_present"),
    );
    if (waiting.length === 0) return [];
    const count = waiting.length === 1 ? "1 destroyed key" : `${waiting.length} destroyed keys`;
    return [
      `${capital(what)} is reached in a new way now, and ${count} may still be in it: if it is another account, it says that they are gone; remove no record before uko status shows that they are still pending`,
    ];
  } catch (error) {
    if (!isUkoError(error) || error.code === "UKO_CANCELLED") throw error;
    return [];
  }
}

function notAligned(what: string): string {
  return `${capital(what)} has other groups now: keys that exist stay where they are until each is aligned, by align: true on its ManagedKey`;
}

/** Undefined where nothing differs. Of secrets only those are sent whose digest is not the one in the state. */
function patchFor(
  world: World,
  { snapshot }: Present<KeystoreSnapshot>,
  state: KeystoreState,
  inputs: KeystoreInputs,
): KeystorePatch | undefined {
  const { name, description, groups, tlsProxy } = inputs;
  const isSameGroups =
    groups === undefined ||
    (groups.length === snapshot.groups.length && groups.every((group) => snapshot.groups.includes(group)));
  const fields: ConnectionFields = {
    ...(tlsProxy !== undefined && tlsProxy !== snapshot.fields.tls_proxy && { tls_proxy: tlsProxy }),
    ...connectionPatch(world, snapshot, state, inputs),
  };
  const patch: KeystorePatch = {
    ...(name !== undefined && name !== snapshot.name && { name }),
    ...(description !== undefined && description !== snapshot.description && { description }),
    ...(!isSameGroups && { groups }),
    ...(Object.keys(fields).length > 0 && { fields }),
  };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function connectionPatch(
  world: World,
  snapshot: KeystoreSnapshot,
  state: KeystoreState,
  inputs: KeystoreInputs,
): ConnectionFields {
  const { block } = typeFacts[inputs.type];
  if (block === undefined) return {};
  const wanted = (inputs[block] ?? {}) as BlockValues;
  const digested = (digestSecrets(inputs, secretPaths, world.sha256)[block] ?? {}) as BlockValues;
  const there = fromWire(block, snapshot.fields, (state[block] ?? {}) as BlockValues);
  // Where the keystore is goes into no PATCH, even where the service does not tell it: keys that are there would be left behind.
  const names = differingIn(there, digested).filter((name) => connectionFields[block][name]?.frozen !== true);
  return toWire(block, Object.fromEntries(names.map((name) => [name, wanted[name]])));
}

/** Code that says another type or place than what is there is about another keystore. Throws UKO_CHANGE_IMPOSSIBLE. */
export function refusePretence(snapshot: KeystoreSnapshot, inputs: KeystoreInputs): void {
  const type = typeOf(snapshot);
  const what = sayContainer({ kind: "keystore", id: snapshot.id, name: snapshot.name });
  const { block } = typeFacts[type];
  const there = block === undefined ? {} : fromWire(block, snapshot.fields, {});
  const wanted = block === undefined ? {} : ((inputs[block] ?? {}) as BlockValues);
  const moved = differingIn(there, wanted).filter(
    (name) => block !== undefined && connectionFields[block][name]?.frozen === true && there[name] !== undefined,
  );
  if (type === inputs.type && moved.length === 0) return;
  throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary:
      type === inputs.type
        ? `${capital(what)} is elsewhere than the program says: ${moved.join(", ")}`
        : `${capital(what)} is of type ${type}, not ${inputs.type}`,
    detail: [
      "No update changes what and where a keystore is. Nothing was changed.",
      type === inputs.type
        ? `The service has ${moved.map((name) => `${name}: ${plain(String(there[name]))}`).join(", ")}.`
        : `Write type: "${type}".`,
    ].join("\n"),
  });
}
