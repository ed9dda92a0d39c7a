/**
 * Writes that vaults, keystores and templates share: create by one POST, adopt, and change only
 * what differs.
 */

import { type ContainerReading, readContainer } from "../engine/container/observe.ts";
import { containerRights, sayContainer } from "../engine/container/words.ts";
import type { Collection, ContainerRef, WithEtag } from "../engine/container-ports.ts";
import type { CheckFailure } from "../engine/definition.ts";
import type { CallOptions, World, Written } from "../engine/ports.ts";
import { createSettler } from "../engine/settle.ts";
import { capital, plain, sayRoles } from "../engine/words.ts";
import { isUkoError, UkoError } from "../errors.ts";
import type { ContainerKind } from "../lifecycle/plan-container-deletion.ts";
import { uuidForm } from "../uuid-form.ts";

interface Named {
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
  readonly name?: string;
  readonly vaultId?: string;
  /** The input that adopts an existing container. */
  readonly adoptBy: string;
}

/** The service may still be processing a request whose connection broke. */
const maxLooks = 3;
const pauseMs = 2000;
/** Another writer may change the container between our read and our write, a few times. */
const maxTries = 4;

/**
 * Creates a container by one POST. Never adopts an existing container of the same name. After a
 * lost response, the container that then has the name was created by this run, because the name was
 * free before, unless the service names another creator. Throws UKO_SERVICE_REFUSED,
 * UKO_INPUT_INVALID, UKO_RIGHTS_MISSING: none was created; UKO_ANSWER_LOST: unknown.
 */
export async function createContainer<Snapshot extends Named, New>(
  world: World,
  creation: Creation<Snapshot, New>,
  options: CallOptions,
): Promise<Snapshot> {
  const { kind, port, wanted } = creation;
  const taken = await findByName(creation, options);
  if (taken !== undefined) throw nameTaken(creation, taken);
  const written = await port.create(wanted, options);
  switch (written.kind) {
    case "done":
      return written.value.snapshot;
    case "lost":
    case "stale":
      return findMade(world, creation, options);
    case "forbidden":
      throw forbidden(kind, "create", sayNew(creation), written.message);
    case "refused": {
      const other = written.status === 409 ? await findByName(creation, options) : undefined;
      throw other === undefined
        ? refused(written, `create ${sayNew(creation)}`, "None was made.")
        : nameTaken(creation, other);
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

async function findMade<Snapshot extends Named, New>(
  world: World,
  creation: Creation<Snapshot, New>,
  options: CallOptions,
): Promise<Snapshot> {
  const summary = `Whether ${sayNew(creation)} was created is not known: the answer did not arrive`;
  try {
    for (let look = 0; look < maxLooks; look += 1) {
      if (look > 0) await world.clock.sleep(pauseMs, options.signal);
      const made = await findByName(creation, options);
      if (made === undefined) continue;
      if (await isAnothers(world, made, options)) throw nameTaken(creation, made);
      return made;
    }
  } catch (error) {
    if (isUkoError(error) && error.code === "UKO_SERVICE_REFUSED") throw error;
    const detail = `The service could not be searched either. ${isUkoError(error) ? error.summary : ""}`.trim();
    throw new UkoError("UKO_ANSWER_LOST", { summary, detail, cause: error });
  }
  const detail = `None of that name is there, so most likely none was made. If one appears, set ${creation.adoptBy} to its id; else run again.`;
  throw new UkoError("UKO_ANSWER_LOST", { summary, detail });
}

/** Another writer may have taken the name between our read and our POST. */
async function isAnothers(world: World, { createdBy }: Named, options: CallOptions): Promise<boolean> {
  const { identity, writesAs } = await world.session.actor(options);
  const own = [identity?.iamId, writesAs?.iamId].filter((iamId) => iamId !== undefined);
  // Only IAM IDs are compared: two spellings of any other identifier may mean one person.
  return createdBy !== undefined && /^(IBMid|iam|crn)-/.test(createdBy) && own.length > 0 && !own.includes(createdBy);
}

/** Adopts an existing container; the next update applies the program's values. */
export async function adoptContainer<Snapshot extends Named>(
  world: World,
  ref: ContainerRef,
  port: Pick<Collection<Snapshot, never, never>, "read">,
  adoptBy: string,
  options: CallOptions,
): Promise<Snapshot> {
  const reading = await readContainer(world, ref, port, false, options);
  if (reading.kind === "present") return reading.snapshot;
  throw new UkoError("UKO_NOT_FOUND", {
    summary: `The ${ref.kind} ${ref.id} to adopt is not there`,
    detail: `${adoptBy} adopts one that exists and never creates one. Check the ids.`,
  });
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
  const settler = createSettler(world, `${ref.kind} ${ref.id}`, options);
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const reading = await readContainer(world, ref, port, attempt > 0, options);
    if (reading.kind === "gone") throw goneMeanwhile(ref);
    const { etag, nowMs, snapshot } = reading;
    const { updatedAtMs } = snapshot;
    if (!(await settler.isSettled({ etag, nowMs, ...(updatedAtMs !== undefined && { updatedAtMs }) }))) continue;
    const written = await write(reading);
    if (written === undefined) return reading.snapshot;
    const what = sayContainer({ kind: ref.kind, id: ref.id, name: reading.snapshot.name });
    switch (written.kind) {
      case "done":
        return written.value.snapshot;
      case "forbidden":
        throw forbidden(ref.kind, "change", what, written.message);
      case "refused":
        throw refused(written, `change ${what}`, "Nothing was changed.");
      case "stale":
      case "lost":
        break;
    }
  }
  throw new UkoError("UKO_CHANGED_MEANWHILE", {
    summary: `The ${ref.kind} ${ref.id} changed again and again, or answers about it were lost`,
    detail: "Run again when it is quiet.",
  });
}

/**
 * A change that no call can make is an error, never a replacement, which would delete the contents.
 */
export function throwIfFrozen(what: string, failures: readonly CheckFailure[]): void {
  if (failures.length === 0) return;
  throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `${capital(what)} cannot change in ${failures.map(({ property }) => property).join(", ")}`,
    detail: failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"),
  });
}

/**
 * Frozen inputs that the program sets to something else than the existing value. `existing…Id` may
 * be removed from the program after the adoption.
 */
export function frozenFailures(
  before: Readonly<Record<string, unknown>>,
  inputs: Readonly<Record<string, unknown>>,
  names: readonly string[],
  what: string,
): readonly CheckFailure[] {
  const isKept = (name: string): boolean => inputs[name] === undefined || before[name] === undefined;
  return names
    .filter((name) => !isKept(name) && inputs[name] !== before[name])
    .map((property) => ({ property, reason: `cannot change on an existing ${what}; ${instead}` }));
}

export const instead =
  "make a new one beside it, move the keys' successors there, and delete this one once it is empty";

/** Describes drift: changes made outside the program since the last run. */
export function driftIn(
  what: string,
  names: readonly string[],
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): readonly string[] {
  const moved = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  return moved.length === 0 ? [] : [`${capital(what)} was changed since the last run: ${moved.join(", ")}`];
}

/** Parses the IDs that an import passes. */
export function parseIds(id: string, form: string): readonly string[] {
  const parts = id.split("/");
  if (parts.length === form.split("/").length && parts.every((part) => uuidForm.test(part))) return parts;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `"${plain(id, 100)}" is not an id of the form ${form}`,
    detail: "Ids are UUIDs in lower case.",
  });
}

function sayNew<Snapshot, New>({ kind, name }: Pick<Creation<Snapshot, New>, "kind" | "name">): string {
  return name === undefined ? `a ${kind}` : `${kind} "${plain(name, 100)}"`;
}

function nameTaken<Snapshot extends Named, New>(creation: Creation<Snapshot, New>, { id }: Named): UkoError {
  return new UkoError("UKO_SERVICE_REFUSED", {
    summary: `${capital(sayNew(creation))} is there already, with id ${id}`,
    detail: [
      "Names are unique. No second one was made, and this one was not touched.",
      `To take it under management set ${creation.adoptBy}: "${id}"; else choose another name.`,
    ].join("\n"),
  });
}

function goneMeanwhile({ kind, id }: ContainerRef): UkoError {
  return new UkoError("UKO_NOT_FOUND", {
    summary: `The ${kind} ${id} is gone: somebody deleted it meanwhile`,
    detail: "A refresh takes it out of the state.",
  });
}

function forbidden(kind: ContainerKind, verb: "create" | "change", what: string, message: string): UkoError {
  const right = containerRights[kind].write;
  return new UkoError("UKO_RIGHTS_MISSING", {
    summary: `This identity may not ${verb} ${what}: the right ${right.action} is missing`,
    detail: `It comes with the role ${sayRoles(right)}. The service says: ${plain(message)}`,
  });
}

function refused(
  { status, message, correlationId }: Extract<Written<unknown>, { kind: "refused" }>,
  what: string,
  left: string,
): UkoError {
  return new UkoError(status === 400 ? "UKO_INPUT_INVALID" : "UKO_SERVICE_REFUSED", {
    summary: `The service did not ${what}: ${plain(message)}`,
    detail: `${left} Correlation id: ${correlationId}`,
  });
}
