/**
 * Reads, creates, changes, removes and lists objects of UKO. Every change of an existing object sends the ETag of an
 * earlier read, so that it cannot overwrite a change by another writer, and a removal counts only after a 204.
 */

import type * as z from "zod";
import type { ListFilter, WithEtag } from "../../engine/ports/containers.ts";
import type { CallOptions, Permitted, WithServiceTime, Written } from "../../engine/ports/world.ts";
import { onCodes, UkoError } from "../../errors.ts";
import type { Right } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { Permit } from "../../lifecycle/vocabulary/permit.ts";
import { parseJson } from "../../text/json.ts";
import { capital } from "../../text/printable.ts";
import type { HttpResponse, NoResponse } from "../http/client.ts";
import { describeRights, invalidResponse, parseResponse, withServiceTime } from "../http/read-result.ts";
import { type Call, requireInstance, type Transport } from "../http/transport.ts";
import { toPermitted, toWritten, type WrittenRules } from "../http/write-result.ts";
import { isOwnNotFound, service, serviceMessageOf } from "./errors.ts";
import { checkedId, type PageWalk, ukoHeaders, walkPages } from "./transport.ts";

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

/** Throws UKO_INSTANCE_MISMATCH if the object belongs to another instance than this client's. */
export function objectPath(transport: Transport, kind: ObjectKind, ref: ObjectRef): string {
  requireInstance(transport, `${capital(kind.word)} ${ref.id}`, ref);
  checkedId(ref.vaultId, "vault");
  return `/${kind.path}/${checkedId(ref.id, kind.word)}`;
}

/** The vault that calls about the object name; calls about a vault itself never name one (uko-v4.md 1.4). */
function vaultOf(kind: ObjectKind, { vaultId }: ObjectRef): string | undefined {
  return kind.word === "vault" ? undefined : vaultId;
}

export interface ObjectRead {
  readonly kind: ObjectKind;
  readonly ref: ObjectRef;
  readonly right: Right;
  /** The object is probably gone, so that one call asks for it in every vault. */
  readonly isUnlisted?: boolean | undefined;
}

/** Returns the object's 200, or in its place the service's own 404. */
export async function readObject(
  transport: Transport,
  { kind, ref, right, isUnlisted = false }: ObjectRead,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const call = { path: objectPath(transport, kind, ref), signal };
  const vaultId = vaultOf(kind, ref);
  const readAnywhere = () => transport.read(call, right, isOwnNotFound);
  // A caller with roles in single vaults may have to name the vault.
  const anywhere = isUnlisted
    ? await readAnywhere().catch(onCodes(["UKO_RIGHTS_MISSING"], () => undefined))
    : undefined;
  if (anywhere !== undefined) return anywhere;
  const response = await transport.read({ ...call, ...ukoHeaders(vaultId) }, right, isOwnNotFound);
  if (response.status === 200 || vaultId === undefined) return response;
  // The service also returns 404 for an object in another vault than the header names (uko-v4.md 1.4). Only a second read
  // without the header distinguishes the two.
  return readAnywhere();
}

/** Throws UKO_RESPONSE_INVALID if the response is about another object, or has no ETag. */
export function parseWithEtag<T extends { readonly id: string }>(
  response: HttpResponse,
  schema: z.ZodType<T>,
  kind: ObjectKind,
  id: string,
): { readonly wire: T; readonly etag: string } {
  const wire = parseResponse(service, response, schema);
  const etag = etagOf(response);
  if (wire.id !== id)
    throw invalidResponse(service, `it is about another ${kind.word} than the requested one`, response);
  if (etag === "") {
    const isAny = response.header("etag") === "*";
    throw invalidResponse(
      service,
      isAny ? "its ETag is *, which does not identify a version" : "it has no ETag",
      response,
    );
  }
  return { wire, etag };
}

/**
 * The ETag in the form that a change has to send; empty if the response names no version. A gateway that compresses marks
 * the ETag as weak, and If-Match never matches a weak one (RFC 9110, 13.1.1), so the mark is removed.
 */
function etagOf(response: HttpResponse): string {
  const etag = (response.header("etag") ?? "").trim().replace(/^W\//, "");
  return etag === "*" ? "" : etag;
}

export interface ObjectChange extends Pick<Call, "method" | "query" | "body" | "permit"> {
  readonly kind: ObjectKind;
  readonly ref: ObjectRef;
  /** The ETag of the read that the plan was made from. */
  readonly etag: string;
  /** An action's path below the object's own. */
  readonly below?: string;
  readonly signal: AbortSignal;
}

/** Sends a change of an existing object, always with an ETag. It is sent again only after a 429. */
export function changeObject(transport: Transport, change: ObjectChange): Promise<HttpResponse | NoResponse> {
  const { kind, ref, method, query, body, permit } = change;
  return transport.call({
    method,
    ...(permit !== undefined && { permit }),
    path: `${objectPath(transport, kind, ref)}${change.below ?? ""}`,
    ...(query === undefined ? {} : { query }),
    ...ukoHeaders(vaultOf(kind, ref), checkedEtag(change.etag)),
    ...(body === undefined ? {} : { body }),
    resend: "after_429",
    signal: change.signal,
  });
}

/** Sends a change that takes a permit. Its object and its ETag are those of the permit. */
export function changePermitted(
  transport: Transport,
  kind: ObjectKind,
  permit: Permit,
  call: Pick<ObjectChange, "method" | "query" | "below" | "signal">,
): Promise<HttpResponse | NoResponse> {
  const { etag = "", ...ref } = permit.subject;
  return changeObject(transport, { kind, ref, etag, permit, ...call });
}

/** Sends a creation once. After a 401 it is sent again, because then the service has created nothing. */
export function createObject(
  transport: Transport,
  kind: ObjectKind,
  call: { readonly vaultId?: string; readonly body: unknown; readonly signal: AbortSignal },
): Promise<HttpResponse | NoResponse> {
  const { vaultId, ...rest } = call;
  return transport.call({ method: "POST", path: `/${kind.path}`, ...ukoHeaders(vaultId), resend: "never", ...rest });
}

/** Rules for the outcome of a change; `needed` are the rights that it requires. */
export function changeRules<T>(needed: readonly Right[], readValue: WrittenRules<T>["readValue"]): WrittenRules<T> {
  return { service, serviceMessageOf, unauthorizedIsForbidden: false, rightNeeded: describeRights(needed), readValue };
}

/**
 * Reads the changed object from the response. Undefined if the response is incomplete; then the engine reads the object
 * again.
 */
export function changedObject<T extends { readonly id: string }, Snapshot>(
  schema: z.ZodType<T>,
  toSnapshot: (wire: T) => Snapshot,
  id?: string,
): WrittenRules<{ readonly snapshot: Snapshot; readonly etag: string }>["readValue"] {
  return (response) => {
    const read = schema.safeParse(parseJson(response.text));
    const etag = etagOf(response);
    if (!read.success || etag === "" || (id !== undefined && read.data.id !== id)) return undefined;
    return { value: { snapshot: toSnapshot(read.data), etag } };
  };
}

/** A success without a value (uko-v4.md 2.1). A 202 does not count, because it would mean that nothing has changed yet. */
export const noValue: WrittenRules<undefined>["readValue"] = ({ status }) =>
  status === 204 || status === 200 ? { value: undefined } : undefined;

/**
 * For a removal, whose only success is a 204 (uko-v4.md K5, T5, S5, V5). Another status of success, such as the page of
 * a proxy, does not prove that the object is gone; the next read shows it.
 */
export const removed: WrittenRules<undefined>["readValue"] = ({ status }) =>
  status === 204 ? { value: undefined } : undefined;

/**
 * Throws for `*` and for an empty ETag, which would match any version of the object and so overwrite another writer's
 * change.
 */
function checkedEtag(etag: string): string {
  if (etag.trim() !== "" && etag.trim() !== "*") return etag;
  throw new UkoError("UKO_BUG", { detail: "A change had no ETag of a previous read." });
}

type Identified = { readonly id: string; readonly vault?: { id: string } | null | undefined };

export interface CollectionKind<Wire extends Identified, Snapshot> {
  readonly kind: ObjectKind;
  readonly schema: z.ZodType<Wire>;
  /** `vaultId` is the requested one, used only if the response names none. */
  readonly toSnapshot: (wire: Wire, vaultId: string) => Snapshot;
  /** The query of a list in addition to the vault; without it the service may hide some objects. */
  readonly listQuery?: Readonly<Record<string, string>>;
  /** The only query that K5, S5 and T5 accept. */
  readonly removalQuery?: Readonly<Record<string, string>>;
  readonly rights: { readonly [of in "read" | "list"]: Right } & {
    readonly [of in "write" | "remove"]: readonly Right[];
  };
}

interface Creation {
  readonly vaultId?: string;
  readonly body: unknown;
  readonly secrets?: readonly string[];
}

type Change = Pick<ObjectChange, "method" | "body" | "below"> & Pick<Creation, "secrets">;

export function createCollection<Wire extends Identified, Snapshot>(
  transport: Transport,
  { kind, schema, toSnapshot, listQuery, removalQuery, rights }: CollectionKind<Wire, Snapshot>,
) {
  type Changed = Promise<Written<WithEtag<Snapshot>>>;
  const listWalk = (signal: AbortSignal, within: Readonly<Record<string, string>> = {}): PageWalk<Wire> => ({
    // The oldest objects come first, so that paging by offset does not miss objects that are written meanwhile.
    call: { path: `/${kind.path}`, query: { sort: "created_at", ...listQuery, ...within }, signal },
    collection: kind.path,
    items: schema.array(),
    right: rights.list,
  });
  return {
    async read(ref: ObjectRef, { signal }: CallOptions): Promise<WithServiceTime<WithEtag<Snapshot> | undefined>> {
      const response = await readObject(transport, { kind, ref, right: rights.read }, signal);
      if (response.status !== 200) return withServiceTime(service, response, undefined);
      const { wire, etag } = parseWithEtag(response, schema, kind, ref.id);
      return withServiceTime(service, response, { snapshot: toSnapshot(wire, ref.vaultId), etag });
    },
    async list({ vaultId, isWhole }: ListFilter, { signal }: CallOptions): Promise<readonly Snapshot[]> {
      const within = vaultId === undefined ? {} : { "vault.id": checkedId(vaultId, "vault") };
      const found = await walkPages(transport, listWalk(signal, within), isWhole);
      return [...new Map(found.map((wire) => [wire.id, toSnapshot(wire, vaultId ?? "")])).values()];
    },
    /** `vaultId` is absent for a vault. No message repeats the body's `secrets`. */
    async create({ vaultId, body, secrets = [] }: Creation, { signal }: CallOptions): Changed {
      const header = vaultId === undefined ? {} : { vaultId: checkedId(vaultId, "vault") };
      const end = await createObject(transport, kind, { ...header, body, signal });
      const readValue = changedObject(schema, (wire) => toSnapshot(wire, vaultId ?? wire.id));
      return toWritten(end, { ...changeRules(rights.write, readValue), isCreation: true, secrets });
    },
    /** A change whose response shows the object. */
    async change(ref: ObjectRef, etag: string, { secrets = [], ...call }: Change, { signal }: CallOptions): Changed {
      const end = await changeObject(transport, { kind, ref, etag, ...call, signal });
      const readValue = changedObject(schema, (wire) => toSnapshot(wire, ref.vaultId), ref.id);
      return toWritten(end, { ...changeRules(rights.write, readValue), secrets });
    },
    async remove(permit: Permit, { signal }: CallOptions): Promise<Permitted<undefined>> {
      const query = removalQuery === undefined ? {} : { query: removalQuery };
      const end = await changePermitted(transport, kind, permit, { method: "DELETE", ...query, signal });
      return toPermitted(end, changeRules(rights.remove, removed));
    },
  };
}
