/**
 * Defines the permit: the rule of two people as a type. Each call with which a deletion can cut a key off takes a
 * permit, and takes its instance, object, act and ETag from it alone. A rotation, an alignment and two updates can cut
 * a key off without a permit; guards of their own check them (services/changes.ts). Only the planners of a deletion
 * make permits, so no other code can send a destroy. A preview reads the same facts as a run without a decision read,
 * may plan as if a person had already approved, and so gets no permit. These accidents and attacks are stopped here, or
 * by the client that spends the permit (services/http/client.ts):
 *
 * - A plain object, or an object with the prototype of a permit, looks like a permit. It lacks the private fields.
 * - A permit is used twice, or after a response was lost. A decision read allows one request and its resends; then the
 *   run reads again.
 * - A permit is kept, for example over a wait. The next read, and the end of the loop, end the decision read.
 * - A permit is used for another key or act than the planner decided about. The client compares both with the request.
 * - KMS has no ETags, so it cannot notice a change after the read. Such a permit is fresh for 10 s after the read.
 *
 * A permit is never stored, cached or parsed. The classes are not exported, so no other file can construct one.
 * test/tidy.test.ts lists who may import the functions below.
 */

import { UkoError } from "../../errors.ts";

/** The acts that take a permit, each of which is one request (services/changes.ts). */
export const permittedActs = [
  "deactivate",
  "destroy",
  "remove",
  "open_kms_window",
  "destroy_kms_key",
  "delete_vault",
  "delete_keystore",
  "delete_template",
  "delete_key_ring",
] as const;
export type PermittedAct = (typeof permittedActs)[number];

/** The object that a decision read was about. */
export interface ReadSubject {
  readonly instanceId: string;
  /** Empty for an object outside a vault. */
  readonly vaultId: string;
  readonly id: string;
  /** Absent in KMS, which has no ETags. */
  readonly etag?: string;
}

export interface PermitSubject extends ReadSubject {
  /** The managed key for whose deactivation a deletion window is opened. */
  readonly managedKeyId?: string;
}

/** How long a decision counts for a call without an ETag. Later, the run reads and plans again. */
const freshMs = 10_000;

class DecisionRead {
  readonly #subject: ReadSubject;
  readonly #monotonicMs: () => number;
  readonly #readAtMs: number;
  /** After the first request, after the next read, and after the end of the loop. */
  #isOver = false;

  constructor(subject: ReadSubject, monotonicMs: () => number) {
    this.#subject = Object.freeze({ ...subject });
    this.#monotonicMs = monotonicMs;
    this.#readAtMs = monotonicMs();
  }

  get subject(): ReadSubject {
    return this.#subject;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get ageMs(): number {
    return this.#monotonicMs() - this.#readAtMs;
  }

  end(): void {
    this.#isOver = true;
  }
}

class Permit<Act extends PermittedAct = PermittedAct> {
  readonly #read: DecisionRead;
  readonly #act: Act;
  readonly #subject: PermitSubject;
  readonly #consents: readonly string[];

  constructor(read: DecisionRead, act: Act, subject: PermitSubject, consents: readonly string[]) {
    this.#read = read;
    this.#act = act;
    this.#subject = Object.freeze({ ...subject });
    this.#consents = Object.freeze([...consents]);
  }

  get act(): Act {
    return this.#act;
  }

  get subject(): PermitSubject {
    return this.#subject;
  }

  /** The IDs of the records that allow the act, or the name of the window; empty if one person is enough. */
  get consents(): readonly string[] {
    return this.#consents;
  }

  /** The value, if it is a genuine permit. Only an object that this class constructed has the private fields. */
  static genuine(value: unknown): Permit | undefined {
    return typeof value === "object" && value !== null && #read in value ? value : undefined;
  }

  static readOf(permit: Permit): DecisionRead {
    return permit.#read;
  }

  // Without this, a genuine permit would lead to the class, which could then be constructed with any subject. A changed
  // getter of the prototype could also report another subject for every permit.
  static {
    Reflect.deleteProperty(Permit.prototype, "constructor");
    Object.freeze(Permit.prototype);
  }
}

export type { DecisionRead, Permit };

/** Marks a read as one on which a run acts. Call it as soon as the object has been read: the time counts from here. */
export function beginDecision(subject: ReadSubject, monotonicMs: () => number): DecisionRead {
  return new DecisionRead(subject, monotonicMs);
}

/** Ends a decision read, so that no request can follow from it. */
export function endDecision(read: DecisionRead | undefined): void {
  read?.end();
}

/** What a planner has decided. */
interface Decision<Act extends PermittedAct> {
  readonly act: Act;
  /** The object that the planner decided about. */
  readonly id: string;
  readonly consents?: readonly string[];
}

/** The permit for what a planner has just decided, after its last check. Throws UKO_BUG if the read is of another object. */
export function issuePermit<Act extends PermittedAct>(
  read: DecisionRead,
  { act, id, consents = [] }: Decision<Act>,
): Permit<Act> {
  if (id !== read.subject.id) throw refused("a plan is not about the object that was read");
  return new Permit(read, act, read.subject, consents);
}

/** The permit to open the deletion window of a backing key. It has no ETag, because that of the managed key means nothing to KMS. */
export function issueWindowPermit(
  read: DecisionRead,
  { kmsKeyId, managedKeyId, consents }: { kmsKeyId: string; managedKeyId: string; consents: readonly string[] },
): Permit<"open_kms_window"> {
  const { instanceId, id } = read.subject;
  if (managedKeyId !== id) throw refused("a plan is not about the object that was read");
  return new Permit(read, "open_kms_window", { instanceId, vaultId: "", id: kmsKeyId, managedKeyId }, consents);
}

/** The permit of a step that takes one. Throws UKO_BUG without a permit, or with one for another act. */
export function requirePermit<Act extends PermittedAct>(permit: Permit | undefined, act: Act): Permit<Act> {
  if (permit === undefined) throw refused(`the step to ${act} has no permit`);
  if (isFor(permit, act)) return permit;
  throw refused(`a permit to ${permit.act} was used to ${act}`);
}

function isFor<Act extends PermittedAct>(permit: Permit, act: Act): permit is Permit<Act> {
  return permit.act === act;
}

/** What the client is about to send. */
export interface PermittedRequest {
  readonly act: PermittedAct;
  /** The ID in the path of the request. */
  readonly id: string;
}

/** Spends the permit on one request. Throws UKO_BUG before anything is sent if the permit is not for this request. */
export function spendPermit(value: unknown, { act, id }: PermittedRequest): void {
  const permit = Permit.genuine(value);
  if (permit === undefined) throw refused(`the call to ${act} has no permit`);
  if (permit.act !== act) throw refused(`a permit to ${permit.act} was used to ${act}`);
  if (permit.subject.id !== id) throw refused("a permit was used for another object");
  const read = Permit.readOf(permit);
  if (read.isOver) throw refused(`a permit to ${act} was used after its read no longer counted`);
  read.end();
}

/** Whether the permit may still be sent. One with an ETag may: the service refuses it once the object has changed. */
export function isFresh(permit: Permit): boolean {
  return permit.subject.etag !== undefined || Permit.readOf(permit).ageMs <= freshMs;
}

function refused(why: string): UkoError {
  return new UkoError("UKO_BUG", { detail: `Nothing was sent, because ${why}.` });
}
