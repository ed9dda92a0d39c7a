/**
 * Defines the resource keystore, to which managed keys are distributed: an internal key ring, or the connection to an
 * external keystore, such as another cloud. A change that would cut keys off from the keystore, or would point it to
 * another place, is refused. The file warns if the service reports a problem with the connection. It reads this health
 * after a creation and after a change of the connection. A keystore of a type that this release does not know is not
 * listed.
 */

import { sayContainer } from "../../engine/container/words.ts";
import type { KeystoreSnapshot, NewKeystore } from "../../engine/ports/containers.ts";
import type { CallOptions, World } from "../../engine/ports/world.ts";
import type { CheckFailure, Stored } from "../../engine/resource/definition.ts";
import { digestSecrets } from "../../engine/resource/inputs.ts";
import { plain } from "../../engine/text/words.ts";
import { asUkoError } from "../../errors.ts";
import { defineContainer } from "../container.ts";
import { differingIn, haveSameMembers, moveContainer } from "../container-writes.ts";
import {
  type BlockName,
  blockNames,
  connectionFields,
  findType,
  fromWire,
  requiredIn,
  sayUnknownType,
  secretPaths,
  toWire,
  typeOf,
  valuesIn,
  wireTypes,
} from "./connection.ts";
import { type KeystoreInputs, type KeystoreState, type KeystoreType, keystoreInputs, keystoreState } from "./schema.ts";
import { assertMatchesExisting, proxyOf, updateKeystore } from "./update.ts";

export const keystore = defineContainer<KeystoreInputs, KeystoreState, KeystoreSnapshot, NewKeystore>({
  kind: "keystore",
  name: "Keystore",
  functions: {
    get: "Reads a keystore, without its secrets. Fails with `UKO_NOT_FOUND` if the keystore does not exist.",
    list: "Lists every keystore, without its secrets.",
  },
  summary:
    "A keystore: a key ring of this instance, or an external key store, in which keys are installed. It can be deleted once it is empty.",
  inputs: keystoreInputs,
  state: keystoreState,
  idName: "keystoreId",
  adoptBy: "existingKeystoreId",
  uniqueBy: ["vaultId", "name"],
  port: ({ keystores }) => keystores,
  blocks: ["groups", ...blockNames],
  absentAfterCreation: ({ type }) => {
    const facts =
      typeof type === "string" && Object.hasOwn(wireTypes, type) ? wireTypes[type as KeystoreType] : undefined;
    return facts === undefined ? [] : blockNames.filter((name) => name !== facts.block);
  },
  check: checkKeystore,
  wanted: wantedOf,
  propertiesOf,
  frozenInBlocks,
  readWarnings: healthWarnings,
  requireAdoptable({ dialect }, snapshot, inputs) {
    if (inputs.type !== undefined) assertMatchesExisting(snapshot, inputs, dialect);
  },

  isListed(world, snapshot, { warn = (line) => world.progress.report(line) }) {
    if (findType(snapshot) !== undefined) return true;
    warn(`${sayUnknownType(snapshot)}. It is not listed, but its vault cannot be deleted before it`);
    return false;
  },

  /** Only the service has the secrets, so an import without them stays connected, as an adopted keystore does. */
  foundInputs: (snapshot) =>
    holdsSecrets(wireTypes[typeOf(snapshot)].block) ? { existingKeystoreId: snapshot.id } : {},

  known({ secretDigests }, inputs, state) {
    const digested = digestSecrets(inputs, secretPaths, secretDigests, state);
    return Object.fromEntries(blockNames.flatMap((name) => (digested[name] ? [[name, digested[name]]] : [])));
  },

  complete: (world, made, _inputs, options) => withHealth(world, made, "made", options),

  async update(world, target, options) {
    const { isReconnected, ...updated } = await updateKeystore(world, target, options);
    return {
      ...updated,
      ...(isReconnected && { complete: (changed) => withHealth(world, changed, "changed", options) }),
    };
  },
});

function holdsSecrets(block: BlockName | undefined): boolean {
  return secretPaths.some((path) => path.startsWith(`${block}.`));
}

/**
 * The connection of its type is required, except for an adopted keystore, and no other connection applies. Each failure
 * names a property within the connection, because HCL has no name for the connection as a whole.
 */
function checkKeystore(inputs: KeystoreInputs): readonly CheckFailure[] {
  const { type, name, existingKeystoreId } = inputs;
  const { block } = wireTypes[type];
  const isAdopted = existingKeystoreId !== undefined;
  const failures: CheckFailure[] = blockNames
    .filter((each) => each !== block)
    .flatMap((each) =>
      Object.entries(valuesIn(inputs, each)).flatMap(([name, value]) =>
        value === undefined ? [] : [`${each}.${name}`],
      ),
    )
    .map((property) => ({ property, reason: `does not apply to a keystore of type ${type}` }));
  if (block !== undefined && inputs[block] === undefined && !isAdopted) {
    const reason = `is required for a keystore of type ${type}`;
    failures.push(...requiredIn(block).map((name) => ({ property: `${block}.${name}`, reason })));
  }
  if (name === undefined && type !== "azure_key_vault" && !isAdopted) {
    failures.push({ property: "name", reason: "is required, except for a keystore of type azure_key_vault" });
  }
  return failures;
}

function frozenInBlocks(before: Readonly<Record<string, unknown>>, inputs: KeystoreInputs): readonly CheckFailure[] {
  return blockNames.flatMap((block) => {
    const was = valuesIn(before, block);
    const moved = differingIn(valuesIn(inputs, block), was).filter(
      (name) => connectionFields[block][name]?.isImmutable === true && was[name] !== undefined && was[name] !== "",
    );
    return moved.map((name) => ({
      property: `${block}.${name}`,
      reason: "cannot change, because it defines where the keystore is",
      remedy: moveContainer,
    }));
  });
}

function wantedOf({ vaultId, type, name, description, groups, tlsProxy, ...blocks }: KeystoreInputs): NewKeystore {
  const { wireType, variant, block } = wireTypes[type];
  const connection = block === undefined ? {} : toWire(block, valuesIn(blocks, block));
  return {
    vaultId,
    type: wireType,
    name,
    description,
    groups,
    fields: {
      ...(variant !== undefined && { ibm_variant: variant }),
      ...(tlsProxy !== undefined && { tls_proxy: tlsProxy }),
      ...connection,
    },
  };
}

/** `known` contains the digests of secrets. */
function propertiesOf(
  snapshot: KeystoreSnapshot,
  inputs: Partial<KeystoreInputs>,
  known: Partial<KeystoreInputs>,
): Partial<KeystoreState> {
  const type = typeOf(snapshot);
  const { block } = wireTypes[type];
  const { vaultId, name, description, groups, fields, location, ring, health, healthMessage } = snapshot;
  const tlsProxy = proxyOf(snapshot, inputs.tlsProxy);
  return {
    ...{ vaultId, type, location, health, healthMessage, ring: type === "internal" ? ring : "" },
    ...(name !== "" && { name }),
    ...((description !== "" || inputs.description !== undefined) && { description }),
    // Groups have no order, so the program's order is kept.
    groups: inputs.groups !== undefined && haveSameMembers(inputs.groups, groups) ? inputs.groups : [...groups],
    ...(tlsProxy !== undefined && { tlsProxy }),
    ...(block !== undefined && {
      [block]: keystoreState.shape[block].parse(fromWire(block, fields, valuesIn(known, block))),
    }),
  };
}

/**
 * Adds the health of the connection. The service checks a new connection at the first read (uko-v4.md 9 U16). A failed
 * read undoes nothing.
 */
async function withHealth(
  world: World,
  made: Stored<KeystoreState>,
  done: "made" | "changed",
  options: CallOptions,
): Promise<Stored<KeystoreState>> {
  try {
    const state = {
      ...made.state,
      ...(await world.keystores.status({ ...made.state, kind: "keystore", id: made.state.keystoreId }, options)),
    };
    return { ...made, state, warnings: healthWarnings(state) };
  } catch (error) {
    const why = asUkoError(error).summary;
    return { ...made, warnings: [`The keystore was ${done}, but its health could not be read: ${why}`] };
  }
}

function healthWarnings({ name = "", keystoreId, health, healthMessage }: KeystoreState): readonly string[] {
  if (health === "" || health === "ok" || health === "pending_check") return [];
  const what = sayContainer({ kind: "keystore", id: keystoreId, name });
  return [
    `The service reports health "${plain(health, 60)}" for ${what}${healthMessage === "" ? "" : `: ${plain(healthMessage)}`}`,
  ];
}
