/**
 * Creates and changes vaults, keystores and templates. A change that differs in nothing sends nothing. After a lost
 * response, an object with the new name counts as created by this run, unless the service names another creator. The
 * file also compares the values of a program with those of the service, and finds changes that no update can make.
 */

import { type ContainerReading, readContainer } from "../engine/container/observe.ts";
import { sayContainer } from "../engine/container/words.ts";
import type { Collection, ContainerRef, WithEtag } from "../engine/ports/containers.ts";
import type { CallOptions, World, Written } from "../engine/ports/world.ts";
import type { CheckFailure, CreateOptions } from "../engine/resource/definition.ts";
import { sayKeepUnderNewName } from "../engine/text/resource-messages.ts";
import { capital, plain, sayRoles } from "../engine/text/words.ts";
import { UkoError } from "../errors.ts";
import type { ContainerKind } from "../lifecycle/container/plan-container-deletion.ts";
import { containerRights } from "../lifecycle/vocabulary/managed-key-states.ts";
import { uuidForm } from "../text/uuid-form.ts";
import { createOrFind, type LostCreation } from "./creation-mark.ts";
import { denialOf, describeMissing, throwIfDenied, type WriteWords, writeUntilSettled } from "./write.ts";

export interface Named {
  readonly id: string;
  readonly vaultId?: string;
  readonly name: string;
  readonly createdBy?: string;
  readonly updatedAtMs?: number;
}

/** An existing container, as one call returned it. */
export type Present<Snapshot> = Extract<ContainerReading<Snapshot>, { kind: "present" }>;

export interface Creation<Snapshot, New> {
  readonly kind: ContainerKind;
  readonly port: Pick<Collection<Snapshot, New, never>, "create" | "list">;
  readonly wanted: New;
  /** Unique in its vault or instance (uko-v4.md 9 U10); absent if the service chooses the name. */
  readonly name?: string | undefined;
  readonly vaultId?: string;
  /** The input that adopts an existing container. */
  readonly adoptBy: string;
}

/**
 * Creates a container by one POST. It never adopts an existing container of the same name. If the response is lost, a
 * container that then has the name counts as created by this run, because the name was free before, unless the service
 * names another creator. Throws UKO_SERVICE_REFUSED, UKO_INPUT_INVALID or UKO_RIGHTS_MISSING if none was created, and
 * UKO_RESPONSE_LOST if that is unknown.
 */
export async function createContainer<Snapshot extends Named, New>(
  world: World,
  creation: Creation<Snapshot, New>,
  options: CreateOptions,
): Promise<Snapshot> {
  const { kind, port, wanted } = creation;
  const taken = await findByName(creation, options);
  if (taken !== undefined) throw nameTaken(creation, taken, options);
  const send = () => port.create(wanted, options);
  const written = await createOrFind(world, send, lostContainer(world, creation, options), options);
  switch (written.kind) {
    case "done":
      return written.value.snapshot;
    case "found":
      if (written.found.isOthers) throw nameTaken(creation, written.found.made, options);
      return written.found.made;
    case "forbidden":
    case "refused": {
      const isTaken = written.kind === "refused" && written.status === 409;
      const other = isTaken ? await findByName(creation, options) : undefined;
      if (other !== undefined) throw nameTaken(creation, other, options);
      const { vaultId } = creation;
      const isUnknown = written.kind === "refused" && !isTaken && vaultId !== undefined;
      const missing = isUnknown ? await describeMissing(world, { vaultId }, options) : undefined;
      const words = wordsOf(kind, `create ${describeNew(creation)}`, missing === undefined ? "" : `${missing}\n`);
      throw denialOf(written, { ...words, effect: "Nothing was created." });
    }
  }
}

function findByName<Snapshot extends Named, New>(
  { port, name, vaultId }: Creation<Snapshot, New>,
  options: CallOptions,
): Promise<Snapshot | undefined> {
  if (name === undefined) return Promise.resolve(undefined);
  const listed = port.list(vaultId === undefined ? {} : { vaultId }, options);
  return listed.then((all) => all.find((each) => each.name === name));
}

function lostContainer<Snapshot extends Named, New>(
  world: World,
  creation: Creation<Snapshot, New>,
  options: CreateOptions,
): LostCreation<{ readonly made: Snapshot; readonly isOthers: boolean }> {
  return {
    what: describeNew(creation),
    place: "The service",
    async search() {
      const found = await findByName(creation, options);
      return found && { made: found, isOthers: await isAnothers(world, found, options) };
    },
    notFound: () => ({
      detail: `There is none with this name, so most likely it was not created. Run again. If one appears, set ${world.dialect.property(creation.adoptBy)} to its ID.`,
    }),
  };
}

/** Whether another identity created the object, which may have taken the name between the read and the POST of this run. */
async function isAnothers(world: World, { createdBy }: Named, options: CallOptions): Promise<boolean> {
  const { identity, writesAs } = await world.session.actor(options);
  const own = [identity?.iamId, writesAs?.iamId].filter((iamId) => iamId !== undefined);
  // Only IAM IDs are compared: two spellings of any other identifier may mean one person.
  return createdBy !== undefined && /^(IBMid|iam|crn)-/.test(createdBy) && own.length > 0 && !own.includes(createdBy);
}

/**
 * Sends the differences, if there are any, with the ETag of a fresh read. Throws UKO_NOT_FOUND if
 * the container is gone.
 */
export async function changeContainer<Snapshot extends Named>(
  world: World,
  ref: ContainerRef,
  port: Pick<Collection<Snapshot, never, never>, "read">,
  /** Undefined if nothing differs: an update without changes writes nothing. */
  write: (found: Present<Snapshot>) => Promise<Written<WithEtag<Snapshot>> | undefined>,
  options: CallOptions,
): Promise<Snapshot> {
  return writeUntilSettled({
    world,
    options,
    what: `${ref.kind} ${ref.id}`,
    async read(attempt) {
      const reading = await readContainer(world, ref, port, attempt > 0, options);
      if (reading.kind === "present") return reading;
      throw goneMeanwhile(ref);
    },
    readingOf: ({ etag, nowMs, snapshot: { updatedAtMs } }) => ({ etag, nowMs, updatedAtMs }),
    decide: (found) => async () => {
      const written = await write(found);
      if (written === undefined) return found.snapshot;
      const what = sayContainer({ kind: ref.kind, id: ref.id, name: found.snapshot.name });
      throwIfDenied(written, wordsOf(ref.kind, `change ${what}`, "Nothing was changed. "));
      return written.kind === "done" ? written.value.snapshot : undefined;
    },
    giveUp() {
      throw new UkoError("UKO_CHANGED_MEANWHILE", {
        summary: `The ${ref.kind} ${ref.id} changed repeatedly, or responses about it were lost`,
        detail: "Run again when other writers have finished.",
      });
    },
  });
}

/**
 * The failures for inputs that cannot change but that the program sets to another value. `existing…Id` may be removed
 * from the program after the adoption.
 */
export function frozenFailures(
  before: Readonly<Record<string, unknown>>,
  inputs: Readonly<Record<string, unknown>>,
  names: readonly string[],
  what: string,
  remedy = moveContainer,
): readonly Required<CheckFailure>[] {
  const isKept = (name: string): boolean => inputs[name] === undefined || before[name] === undefined;
  return names
    .filter((name) => !isKept(name) && inputs[name] !== before[name])
    .map((property) => ({ property, reason: `cannot change on an existing ${what}`, remedy }));
}

export const moveContainer = "create a new one, move new keys there, and delete this one when it is empty";

/** Whether two lists without an order are the same. */
export function haveSameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}

/** The names of the values that the program sets and that differ. */
export function differingIn(wanted: object | undefined, there: unknown): readonly string[] {
  const known = (there ?? {}) as Readonly<Record<string, unknown>>;
  const stated = Object.entries(wanted ?? {}).filter(([, value]) => value !== undefined);
  return stated.flatMap(([name, value]) => (isSame(value, known[name]) ? [] : [name]));
}

/**
 * Lists of words have no order, and an empty list equals an absent one. Of a block, only the values that `a` sets are
 * compared.
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === "object" && a !== null && !Array.isArray(a)) return differingIn(a, b).length === 0;
  if (isNone(a) || isNone(b)) return isNone(a) && isNone(b);
  return Array.isArray(a) && Array.isArray(b) ? haveSameMembers(a, b) : a === b;
}

function isNone(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** Parses the IDs that an import passes. */
export function parseIds(id: string, form: string): readonly string[] {
  const parts = id.split("/");
  if (parts.length === form.split("/").length && parts.every((part) => uuidForm.test(part))) return parts;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `"${plain(id, 100)}" is not an ID of the form ${form}`,
    detail: "IDs are UUIDs in lower case.",
  });
}

function describeNew({ kind, name }: Pick<Creation<unknown, unknown>, "kind" | "name">): string {
  return name === undefined ? `a ${kind}` : `${kind} "${plain(name, 100)}"`;
}

/**
 * The error if the name is taken. After a rename without an alias, the existing object may be the resource's own, under
 * its former name in the state. The error therefore contains the object's ID, so that this run does not delete the
 * object.
 */
export function nameTaken(
  creation: Pick<Creation<unknown, unknown>, "kind" | "name" | "vaultId" | "adoptBy">,
  { id }: Named,
  { apply, origin, holderOf, runtime }: CreateOptions,
): UkoError {
  const { kind, vaultId, adoptBy } = creation;
  const alikeId = vaultId === undefined ? id : `${vaultId}/${id}`;
  const holder = holderOf?.(alikeId);
  const existing = { noun: kind, id, adoptBy, block: { type: typesOf[kind], id: alikeId } };
  const keep = sayKeepUnderNewName(existing, { apply, origin, holder, runtime });
  return new UkoError("UKO_SERVICE_REFUSED", {
    summary: `${capital(describeNew(creation))} already exists, with ID ${id}`,
    detail: `Names are unique. Nothing was created, and the existing one was not changed.\n${keep}`,
    data: { alikeId },
  });
}

const typesOf = { vault: "Vault", keystore: "Keystore", template: "KeyTemplate" } as const;

function goneMeanwhile({ kind, id }: ContainerRef): UkoError {
  return new UkoError("UKO_NOT_FOUND", {
    summary: `The ${kind} ${id} is gone: someone deleted it in the meantime`,
    detail: "A refresh removes it from the state.",
  });
}

function wordsOf(kind: ContainerKind, act: string, left: string): WriteWords {
  const { write } = containerRights[kind];
  return { act, right: write.action, needs: `This right requires the role ${sayRoles(write)}.`, left };
}
