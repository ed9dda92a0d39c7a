/** One object of UKO by its ID: its path, the read with its ETag, and its changes. */

import type * as z from "zod";
import { UkoError } from "../../errors.ts";
import type { Right } from "../../lifecycle/managed-key-states.ts";
import type { HttpAnswer, NoAnswer } from "../http/client.ts";
import { invalidAnswer } from "../http/faults.ts";
import { parseJson } from "../http/json.ts";
import type { WrittenRules } from "../http/write-result.ts";
import { describeRights, isOwnNotFound, messageOf, service } from "./errors.ts";
import { checkedId, opened, type UkoCall, type UkoTransport } from "./transport.ts";

/** The name of an object in paths and in sentences. */
export interface ObjectKind {
  readonly path: "managed_keys" | "vaults" | "keystores" | "templates";
  readonly word: "key" | "vault" | "keystore" | "template";
}

export interface ObjectRef {
  readonly instanceId: string;
  readonly vaultId: string;
  readonly id: string;
}

/**
 * The object's path; throws UKO_INSTANCE_MISMATCH if the object belongs to another instance than
 * this client's.
 */
export function objectPath(transport: UkoTransport, kind: ObjectKind, ref: ObjectRef): string {
  if (ref.instanceId !== transport.instanceId) {
    const what = `${kind.word.charAt(0).toUpperCase()}${kind.word.slice(1)}`;
    throw new UkoError("UKO_INSTANCE_MISMATCH", {
      summary: `${what} ${ref.id} belongs to instance ${ref.instanceId}, and this run talks to ${transport.instanceId}`,
      detail: "Nothing was read or changed.",
    });
  }
  checkedId(ref.vaultId, "vault");
  return `/${kind.path}/${checkedId(ref.id, kind.word)}`;
}

/**
 * The vault's header of a call about the object; a vault's own calls never have it (uko-v4.md 1.4).
 */
export function vaultHeader(kind: ObjectKind, vaultId: string): Pick<UkoCall, "vaultId"> {
  return kind.word === "vault" ? {} : { vaultId };
}

export interface ObjectRead {
  readonly kind: ObjectKind;
  readonly ref: ObjectRef;
  readonly right: Right;
  /**
   * The vault that the plain list of the whole instance shows the object in; undefined if the list
   * does not show the object.
   */
  readonly findVault: (signal: AbortSignal) => Promise<string | undefined>;
}

/** Returns the object's 200, or in its place the service's own 404. */
export async function readObject(
  transport: UkoTransport,
  { kind, ref, right, findVault }: ObjectRead,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const call = { method: "GET", path: objectPath(transport, kind, ref), signal } as const;
  const header = vaultHeader(kind, ref.vaultId);
  const answer = await transport.read({ ...call, ...header }, right, isOwnNotFound);
  if (answer.status === 200 || header.vaultId === undefined) return answer;
  // The service also returns 404 for an object in another vault than the header names
  // (uko-v4.md 1.4): only a second read without the header distinguishes them. API 4.9 and earlier
  // answer that with 400; their plain lists need no header.
  const isAnswer = (second: HttpAnswer): boolean => second.status === 400 || isOwnNotFound(second);
  const second = await transport.read(call, right, isAnswer);
  if (second.status !== 400) return second;
  const elsewhere = await findVault(signal);
  return elsewhere === undefined ? answer : transport.read({ ...call, vaultId: elsewhere }, right, isOwnNotFound);
}

/**
 * Parses the response to a read; throws UKO_ANSWER_INVALID if it is about another object, or has no
 * ETag.
 */
export function openedWithEtag<T extends { readonly id: string }>(
  answer: HttpAnswer,
  schema: z.ZodType<T>,
  kind: ObjectKind,
  id: string,
): { readonly wire: T; readonly etag: string } {
  const wire = opened(answer, schema);
  const etag = etagOf(answer);
  if (wire.id !== id) throw invalidAnswer(service, `it is about another ${kind.word} than was asked for`, answer);
  if (etag === "") {
    const isAny = answer.header("etag") === "*";
    throw invalidAnswer(service, isAny ? "its ETag is *, which names no version" : "it has no ETag", answer);
  }
  return { wire, etag };
}

/**
 * The ETag as a change has to send it; empty if the response names no version. A gateway that
 * compresses marks the service's ETag as weak, and If-Match never matches a weak one (RFC 9110,
 * 13.1.1), so the mark is removed.
 */
function etagOf(answer: HttpAnswer): string {
  const etag = (answer.header("etag") ?? "").trim().replace(/^W\//, "");
  return etag === "*" ? "" : etag;
}

export interface ObjectChange extends Pick<UkoCall, "method" | "query" | "body"> {
  readonly kind: ObjectKind;
  readonly ref: ObjectRef;
  /** Of the read that the plan was made from. */
  readonly etag: string;
  /** An action's path below the object's own. */
  readonly below?: string;
  readonly signal: AbortSignal;
}

/** Sends a change of an existing object, never without an ETag; again only after a 429. */
export function changeObject(transport: UkoTransport, change: ObjectChange): Promise<HttpAnswer | NoAnswer> {
  const { kind, ref, method, query, body } = change;
  return transport.call({
    method,
    path: `${objectPath(transport, kind, ref)}${change.below ?? ""}`,
    ...vaultHeader(kind, ref.vaultId),
    ...(query === undefined ? {} : { query }),
    etag: checkedEtag(change.etag),
    ...(body === undefined ? {} : { body }),
    resend: "after_429",
    signal: change.signal,
  });
}

/**
 * Sends a creation once. Only a 401 leads to a second request: a service that rejected the identity
 * has created nothing.
 */
export function createObject(
  transport: UkoTransport,
  kind: ObjectKind,
  call: { readonly vaultId?: string; readonly body: unknown; readonly signal: AbortSignal },
): Promise<HttpAnswer | NoAnswer> {
  return transport.call({ method: "POST", path: `/${kind.path}`, resend: "never", ...call });
}

/** Rules for the outcome of a change; `needed` are the rights that it requires. */
export function changeRules<T>(needed: readonly Right[], readValue: WrittenRules<T>["readValue"]): WrittenRules<T> {
  return { service, messageOf, unauthorizedIsForbidden: false, rightNeeded: describeRights(needed), readValue };
}

/**
 * Parses the changed object; undefined, so that it is read again, if the response is incomplete.
 */
export function changedObject<T extends { readonly id: string }, Snapshot>(
  schema: z.ZodType<T>,
  toSnapshot: (wire: T) => Snapshot,
  id?: string,
): WrittenRules<{ readonly snapshot: Snapshot; readonly etag: string }>["readValue"] {
  return (answer) => {
    const read = schema.safeParse(parseJson(answer.text));
    const etag = etagOf(answer);
    if (!read.success || etag === "" || (id !== undefined && read.data.id !== id)) return undefined;
    return { value: { snapshot: toSnapshot(read.data), etag } };
  };
}

/**
 * For a change whose response may be empty (uko-v4.md 2.1); 202 would mean that the change has not
 * happened yet.
 */
export const noValue: WrittenRules<undefined>["readValue"] = ({ status }) =>
  status === 204 || status === 200 ? { value: undefined } : undefined;

/**
 * For a removal, whose only response is 204 (uko-v4.md K5, T5, S5, V5). Any other success, such as
 * the page of a proxy on the way, is no proof that the object is gone; the next read shows it.
 */
export const removed: WrittenRules<undefined>["readValue"] = ({ status }) =>
  status === 204 ? { value: undefined } : undefined;

/** `*` and an empty value would match any later version of the object. */
function checkedEtag(etag: string): string {
  if (etag.trim() !== "" && etag.trim() !== "*") return etag;
  throw new UkoError("UKO_BUG", { detail: "A change was to be sent without the ETag of what was read." });
}
