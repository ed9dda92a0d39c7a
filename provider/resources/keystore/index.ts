/**
 * Defines the resource keystore, to which managed keys are distributed: an internal key ring, or the connection to
 * another cloud. A change that would cut keys off from the keystore, or would point it to another place, is refused.
 */

import { containerDeletion } from "../../engine/container/deletion.ts";
import { readContainer } from "../../engine/container/observe.ts";
import { sayContainer } from "../../engine/container/words.ts";
import type { ContainerRef, KeystoreSnapshot, NewKeystore } from "../../engine/ports/containers.ts";
import type { CallOptions, World } from "../../engine/ports/world.ts";
import { digestSecrets } from "../../engine/program/inputs.ts";
import {
  type CheckFailure,
  defineResource,
  type ResourceDefinition,
  type Stored,
} from "../../engine/resource/definition.ts";
import { isChangeable, namesWhere } from "../../engine/resource/property.ts";
import { plain } from "../../engine/text/words.ts";
import { asUkoError } from "../../errors.ts";
import {
  adoptContainer,
  createContainer,
  differingIn,
  driftIn,
  frozenFailures,
  haveSameMembers,
  moveContainer,
  parseIds,
  previewContainer,
} from "../container-writes.ts";
import { nothingFound } from "../creation-preview.ts";
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
  typeFacts,
  typeOf,
  valuesIn,
} from "./connection.ts";
import { type KeystoreInputs, type KeystoreState, type KeystoreType, keystoreInputs, keystoreState } from "./schema.ts";
import { assertMatchesExisting, updateKeystore } from "./update.ts";

const compared = namesWhere(keystoreInputs, isChangeable);
const frozenNames = namesWhere(keystoreInputs, ({ immutable }) => immutable === true);

export const keystore: ResourceDefinition<KeystoreInputs, KeystoreState> = defineResource<
  KeystoreInputs,
  KeystoreState
>({
  name: "Keystore",
  noun: "keystore",
  functions: {
    get: "Reads a keystore, without its secrets. Fails with `UKO_NOT_FOUND` if the keystore does not exist.",
    list: "Lists every keystore, without its secrets.",
  },
  summary:
    "A keystore: a key ring of this instance, or an external key store, in which keys are installed. It can be deleted once it is empty.",
  inputs: keystoreInputs,
  state: keystoreState,
  idForm: "<vaultId>/<keystoreId>",
  adoptBy: "existingKeystoreId",
  uniqueBy: ["vaultId", "name"],
  absentAfterCreation: ({ type }) => {
    const facts =
      typeof type === "string" && Object.hasOwn(typeFacts, type) ? typeFacts[type as KeystoreType] : undefined;
    return facts === undefined ? [] : blockNames.filter((name) => name !== facts.block);
  },
  refreshBeforeRun: () => false,
  rejectChange: frozenIn,
  check: checkKeystore,

  changed(state, inputs) {
    const differing: (keyof KeystoreInputs)[] = compared.filter(
      (name) => inputs[name] !== undefined && inputs[name] !== state[name],
    );
    if (inputs.groups !== undefined && !haveSameMembers(inputs.groups, state.groups ?? [])) differing.push("groups");
    for (const block of blockNames) {
      if (differingIn(valuesIn(inputs, block), valuesIn(state, block)).length > 0) differing.push(block);
    }
    if (inputs.deletionProtection !== state.deletionProtection) differing.push("deletionProtection");
    return differing;
  },

  previewCreation(world, inputs, options) {
    const { vaultId, name, existingKeystoreId } = inputs;
    const { instanceId } = world.session;
    if (inputs.type === undefined) return Promise.resolve(nothingFound);
    const known = inputs as KeystoreInputs;
    const adopted =
      vaultId === undefined || existingKeystoreId === undefined
        ? undefined
        : refTo(instanceId, vaultId, existingKeystoreId);
    const stateOf = (found: KeystoreSnapshot) => {
      assertMatchesExisting(found, known, world.dialect);
      return stored(instanceId, inputs, found, {}).state;
    };
    const changed = (state: KeystoreState) => keystore.changed(state, known);
    const place = { port: world.keystores, adopted, adoptBy: "existingKeystoreId", vaultId, name };
    const names = [...compared, "groups", ...blockNames];
    return previewContainer(world, "keystore", { ...place, stateOf, changed, names, inputs }, options);
  },

  async create(world, inputs, run, options) {
    const { instanceId } = world.session;
    const { vaultId, existingKeystoreId } = inputs;
    if (existingKeystoreId !== undefined) {
      const ref = refTo(instanceId, vaultId, existingKeystoreId);
      const snapshot = await adoptContainer(world, ref, world.keystores, "existingKeystoreId", options);
      assertMatchesExisting(snapshot, inputs, world.dialect);
      // uko cannot compare secrets with the service, so the secrets of the program are sent.
      const adopted = stored(instanceId, inputs, snapshot, {});
      const isSame = keystore.changed(adopted.state, inputs).length === 0;
      return {
        ...(isSame ? adopted : await keystore.update(world, adopted.state, inputs, run, options)),
        isFound: true,
      };
    }
    const wanted = wantedOf(inputs);
    const { name } = inputs;
    const adoptBy = "existingKeystoreId";
    const creation = { kind: "keystore", port: world.keystores, wanted, vaultId, name, adoptBy } as const;
    const snapshot = await createContainer(world, creation, options);
    const known = digestSecrets(inputs, secretPaths, world.sha256);
    const made = stored(instanceId, inputs, snapshot, known);
    return withHealth(world, made, "made", options);
  },

  async read(world, state, _run, options) {
    const reading = await readContainer(world, refOf(state), world.keystores, false, options);
    if (reading.kind === "gone") return undefined;
    const found = stored(state.instanceId, state, reading.snapshot, state);
    const what = sayContainer({ kind: "keystore", id: state.keystoreId, name: reading.snapshot.name });
    const drift = driftIn(what, [...compared, "groups", ...blockNames], state, found.state);
    return { ...found, warnings: [...drift, ...healthWarnings(found.state)] };
  },

  async update(world, state, inputs, _run, options) {
    const { snapshot, warnings, isReconnected } = await updateKeystore(
      world,
      refOf(state),
      state,
      inputs,
      frozenIn(state, inputs),
      options,
    );
    const known = digestSecrets(inputs, secretPaths, world.sha256);
    const before = {
      ...state,
      ...Object.fromEntries(blockNames.flatMap((name) => (known[name] ? [[name, known[name]]] : []))),
    };
    const changed = stored(state.instanceId, inputs, snapshot, before as KeystoreState);
    if (!isReconnected) return { ...changed, warnings };
    const result = await withHealth(world, changed, "changed", options);
    return { ...result, warnings: [...warnings, ...result.warnings] };
  },

  async lookup(world, id, _run, options) {
    const [vaultId = "", keystoreId = ""] = parseIds(id, "<vaultId>/<keystoreId>");
    const { instanceId } = world.session;
    const reading = await readContainer(world, refTo(instanceId, vaultId, keystoreId), world.keystores, false, options);
    return reading.kind === "gone" ? undefined : asFound(instanceId, reading.snapshot);
  },

  async list(world, filter, options) {
    const { warn = (line) => world.progress.report(line) } = options;
    const all = await world.keystores.list(filter, options);
    return all.flatMap((snapshot) => {
      if (findType(snapshot) !== undefined) return [asFound(world.session.instanceId, snapshot)];
      warn(`${sayUnknownType(snapshot)}. It is not listed, but its vault cannot be deleted before it`);
      return [];
    });
  },

  deletion: (state) =>
    containerDeletion({
      ref: refOf(state),
      name: state.name ?? "",
      policy: { deletionProtection: state.deletionProtection },
    }),
});

function refTo(instanceId: string, vaultId: string, id: string): ContainerRef {
  return { kind: "keystore", instanceId, vaultId, id };
}

function refOf({ instanceId, vaultId, keystoreId }: KeystoreState): ContainerRef {
  return refTo(instanceId, vaultId, keystoreId);
}

/**
 * The state of an import. Only the service has the secrets, so an import without them stays connected, as an adopted
 * keystore does.
 */
function asFound(instanceId: string, snapshot: KeystoreSnapshot): Stored<KeystoreState> {
  const isAdopted = holdsSecrets(typeFacts[typeOf(snapshot)].block);
  return stored(instanceId, isAdopted ? { existingKeystoreId: snapshot.id } : {}, snapshot, {});
}

function holdsSecrets(block: BlockName | undefined): boolean {
  return secretPaths.some((path) => path.startsWith(`${block}.`));
}

/**
 * The connection of its type is required, except for an adopted keystore, and no other connection applies. Each failure
 * names a property within the connection, because HCL has no name for the connection as a whole.
 */
function checkKeystore(inputs: KeystoreInputs): readonly CheckFailure[] {
  const { type, name, existingKeystoreId } = inputs;
  const { block } = typeFacts[type];
  const isAdopted = existingKeystoreId !== undefined;
  const failures: CheckFailure[] = blockNames
    .filter((each) => each !== block)
    .flatMap((each) => Object.keys(valuesIn(inputs, each)).map((name) => `${each}.${name}`))
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

function frozenIn(before: Readonly<Record<string, unknown>>, inputs: KeystoreInputs): readonly CheckFailure[] {
  const own = frozenFailures(
    { vaultId: before.vaultId, type: before.type, existingKeystoreId: before.keystoreId },
    inputs,
    frozenNames,
    "keystore",
  );
  const inBlocks = blockNames.flatMap((block) => {
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
  return [...own, ...inBlocks];
}

function wantedOf({ vaultId, type, name, description, groups, tlsProxy, ...blocks }: KeystoreInputs): NewKeystore {
  const { wireType, variant, block } = typeFacts[type];
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

/** The state: the service's values, plus the inputs that only control uko. `known` contains the digests of secrets. */
function stored(
  instanceId: string,
  inputs: Partial<KeystoreInputs>,
  snapshot: KeystoreSnapshot,
  known: Partial<KeystoreInputs>,
): Stored<KeystoreState> {
  const type = typeOf(snapshot);
  const { block } = typeFacts[type];
  const { id, vaultId, name, description, groups, fields, location, ring, health, healthMessage } = snapshot;
  const tlsProxy = fields.tls_proxy;
  const values = block === undefined ? undefined : fromWire(block, fields, valuesIn(known, block));
  const isInternal = type === "internal";
  const state = keystoreState.parse({
    vaultId,
    type,
    ...(name !== "" && { name }),
    ...((description !== "" || inputs.description !== undefined) && { description }),
    // Groups have no order, so the program's order is kept.
    groups: inputs.groups !== undefined && haveSameMembers(inputs.groups, groups) ? inputs.groups : [...groups],
    ...(typeof tlsProxy === "string" && { tlsProxy }),
    ...(block !== undefined && { [block]: values }),
    ...(inputs.existingKeystoreId !== undefined && { existingKeystoreId: inputs.existingKeystoreId }),
    deletionProtection: inputs.deletionProtection ?? false,
    instanceId,
    keystoreId: id,
    location,
    ring: isInternal ? ring : "",
    health,
    healthMessage,
  });
  return { id: `${vaultId}/${id}`, state, warnings: [] };
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
    const state = { ...made.state, ...(await world.keystores.status(refOf(made.state), options)) };
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
