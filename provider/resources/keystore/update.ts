/**
 * Updates a keystore, and sends only changed values. A program that declares another type or location than the existing
 * keystore has is refused, because an update cannot change these. An update that removes a group is refused if an
 * installed key would then be cut off from the keystore. The file warns if connection values change while destroyed
 * keys may still be in the keystore, because the new values could lead to another account.
 */

import { sayContainer } from "../../engine/container/words.ts";
import type { ConnectionFields, ContainerRef, KeystorePatch, KeystoreSnapshot } from "../../engine/ports/containers.ts";
import type { CallOptions, World } from "../../engine/ports/world.ts";
import { compareSecrets } from "../../engine/resource/inputs.ts";
import type { Dialect } from "../../engine/text/dialect.ts";
import { capital, count, plain } from "../../engine/text/words.ts";
import { isUkoError, UkoError } from "../../errors.ts";
import type { UpdateTarget } from "../container.ts";
import { changeContainer, differingIn, haveSameMembers, type Present } from "../container-writes.ts";
import { refuseUnlinking } from "../unlink-guard.ts";
import { connectionFields, fromWire, secretPaths, toWire, typeOf, valuesIn, wireTypes } from "./connection.ts";
import type { KeystoreInputs, KeystoreState } from "./schema.ts";

export interface Updated {
  readonly snapshot: KeystoreSnapshot;
  readonly warnings: readonly string[];
  /** Whether new connection details were sent, which the service checks only at the next read. */
  readonly isReconnected: boolean;
}

/**
 * Updates the keystore. Throws UKO_CHANGE_IMPOSSIBLE, UKO_KEY_WOULD_BE_UNLINKED, UKO_CONTENTS_UNREADABLE, and the errors
 * of `changeContainer`.
 */
export async function updateKeystore(
  world: World,
  { ref, what, state, inputs }: UpdateTarget<KeystoreInputs, KeystoreState>,
  options: CallOptions,
): Promise<Updated> {
  let isMoved = false;
  let isReconnected = false;
  const snapshot = await changeContainer(
    world,
    ref,
    world.keystores,
    async (found) => {
      assertMatchesExisting(found.snapshot, inputs, world.dialect);
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
    ...(isMoved ? [notAligned(what, world.dialect)] : []),
    ...(isReconnected ? await warnOfWaitingKeys(world, ref, what, options) : []),
  ];
  return { snapshot, warnings, isReconnected };
}

/**
 * Warns about keys that wait for their destruction if the credential changes. A new credential may belong to another
 * account, which no field shows (uko-v4.md 3.7). There the keys are missing, so their metadata could be removed while
 * their material still exists in the former account. This is only a warning, so a failed read of the keys does not
 * matter.
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
    const destroyed = count(waiting.length, "destroyed key");
    return [
      `The connection of ${what} changed while ${destroyed} may still be in it. If this is a different account, it will wrongly report them as gone: check uko status before you remove a key from its vault`,
    ];
  } catch (error) {
    if (!isUkoError(error) || error.code === "UKO_CANCELED") throw error;
    return [];
  }
}

function notAligned(what: string, dialect: Dialect): string {
  return `${capital(what)} has other groups now. Existing keys stay where they are until you align each of them with ${dialect.assignment("align", true)} on its ${dialect.resource("ManagedKey")}`;
}

/**
 * The TLS proxy that the service returns. From API 4.13 on, it returns the proxy of a keystore in Azure alone
 * (uko-v4.md 3.7), so for all other types the value that state knows stays.
 */
export function proxyOf({ type, fields }: KeystoreSnapshot, known: string | undefined): string | undefined {
  const { tls_proxy: reported } = fields;
  if (typeof reported === "string") return reported;
  return type === "azure_key_vault" ? undefined : known;
}

/** The change to send; undefined if nothing differs. A secret is sent only if its digest differs from the one in state. */
function patchFor(
  world: World,
  { snapshot }: Present<KeystoreSnapshot>,
  state: KeystoreState,
  inputs: KeystoreInputs,
): KeystorePatch | undefined {
  const { name, description, groups, tlsProxy } = inputs;
  const isSameGroups = groups === undefined || haveSameMembers(groups, snapshot.groups);
  const fields: ConnectionFields = {
    ...(tlsProxy !== undefined && tlsProxy !== proxyOf(snapshot, state.tlsProxy) && { tls_proxy: tlsProxy }),
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
  const { block } = wireTypes[inputs.type];
  if (block === undefined) return {};
  const wanted = valuesIn(inputs, block);
  const digested = valuesIn(compareSecrets(inputs, secretPaths, world.secretDigests, state), block);
  const there = fromWire(block, snapshot.fields, valuesIn(state, block));
  // The location of the keystore is never part of a PATCH, even if the service does not return it:
  // existing keys would be left behind.
  const names = differingIn(digested, there).filter((name) => connectionFields[block][name]?.isImmutable !== true);
  return toWire(block, Object.fromEntries(names.map((name) => [name, wanted[name]])));
}

/**
 * A program whose type or location differs from the existing keystore describes another keystore.
 * Throws UKO_CHANGE_IMPOSSIBLE.
 */
export function assertMatchesExisting(
  snapshot: KeystoreSnapshot,
  inputs: Partial<KeystoreInputs>,
  dialect: Dialect,
): void {
  const type = typeOf(snapshot);
  const what = sayContainer({ kind: "keystore", id: snapshot.id, name: snapshot.name });
  const { block } = wireTypes[type];
  const there = block === undefined ? {} : fromWire(block, snapshot.fields, {});
  const moved = differingIn(valuesIn(inputs, block), there).filter(
    (name) => block !== undefined && connectionFields[block][name]?.isImmutable === true && there[name] !== undefined,
  );
  if (type === inputs.type && moved.length === 0) return;
  throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary:
      type === inputs.type
        ? `${capital(what)} is not where the ${dialect.program} declares it: ${moved.map((name) => dialect.property(`${block}.${name}`)).join(", ")}`
        : `${capital(what)} is of type ${type}, not ${inputs.type}`,
    detail: [
      "An update cannot change the type or the location of a keystore. Nothing was changed.",
      type === inputs.type
        ? `The service reports ${moved.map((name) => dialect.assignment(`${block}.${name}`, plain(String(there[name])))).join(", ")}.`
        : `Set ${dialect.assignment("type", type)}.`,
    ].join("\n"),
  });
}
