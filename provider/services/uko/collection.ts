/**
 * The operations that vaults, keystores and templates share: read, list, create, change and remove
 * (uko-v4.md 2.1).
 */

import type * as z from "zod";
import type { ContainerRef, WithEtag } from "../../engine/container-ports.ts";
import type { Answered, CallOptions, Written } from "../../engine/ports.ts";
import type { Right } from "../../lifecycle/managed-key-states.ts";
import { toWritten } from "../http/write-result.ts";
import {
  changedObject,
  changeObject,
  changeRules,
  createObject,
  type ObjectChange,
  type ObjectKind,
  openedWithEtag,
  readObject,
  removed,
} from "./objects.ts";
import { findVaultInList, type PageWalk, walkPages } from "./pages.ts";
import { answered, checkedId, type UkoTransport } from "./transport.ts";

type Identified = { readonly id: string; readonly vault?: { id: string } | null | undefined };

export interface CollectionKind<Wire extends Identified, Snapshot> {
  readonly kind: ObjectKind;
  readonly schema: z.ZodType<Wire>;
  /** `vaultId` is the requested one, used only if the response names none. */
  readonly toSnapshot: (wire: Wire, vaultId: string) => Snapshot;
  /** In addition to the vault; without it the service may hide some. */
  readonly listQuery?: Readonly<Record<string, string>>;
  /** The only query that K5, S5 and T5 accept. */
  readonly removalQuery?: Readonly<Record<string, string>>;
  readonly rights: { readonly [of in "read" | "list"]: Right } & {
    readonly [of in "write" | "remove"]: readonly Right[];
  };
}

export interface UkoCollection<Snapshot> {
  read(ref: ContainerRef, options: CallOptions): Promise<Answered<WithEtag<Snapshot> | undefined>>;
  list(filter: { readonly vaultId?: string }, options: CallOptions): Promise<readonly Snapshot[]>;
  /**
   * `vaultId` is absent for a vault, which is in none; `secrets` are the body's secrets, which no
   * message repeats.
   */
  create(
    wanted: { readonly vaultId?: string; readonly body: unknown; readonly secrets?: readonly string[] },
    options: CallOptions,
  ): Promise<Written<WithEtag<Snapshot>>>;
  /** A change whose response shows the object. */
  change(
    ref: ContainerRef,
    etag: string,
    call: Pick<ObjectChange, "method" | "body" | "below"> & { readonly secrets?: readonly string[] },
    options: CallOptions,
  ): Promise<Written<WithEtag<Snapshot>>>;
  remove(ref: ContainerRef, etag: string, options: CallOptions): Promise<Written<undefined>>;
}

export function createCollection<Wire extends Identified, Snapshot>(
  transport: UkoTransport,
  { kind, schema, toSnapshot, listQuery, removalQuery, rights }: CollectionKind<Wire, Snapshot>,
): UkoCollection<Snapshot> {
  const listWalk = (signal: AbortSignal, within: Readonly<Record<string, string>> = {}): PageWalk<Wire> => ({
    // Oldest first: pages by offset must not miss objects that are written meanwhile.
    call: { path: `/${kind.path}`, query: { sort: "created_at", ...listQuery, ...within }, signal },
    collection: kind.path,
    items: schema.array(),
    right: rights.list,
  });
  return {
    async read(ref, { signal }) {
      const findVault = (within: AbortSignal) => findVaultInList(transport, listWalk(within), ref.id);
      const answer = await readObject(transport, { kind, ref, right: rights.read, findVault }, signal);
      if (answer.status !== 200) return answered(answer, undefined);
      const { wire, etag } = openedWithEtag(answer, schema, kind, ref.id);
      return answered(answer, { snapshot: toSnapshot(wire, ref.vaultId), etag });
    },
    async list({ vaultId }, { signal }) {
      const within = vaultId === undefined ? {} : { "vault.id": checkedId(vaultId, "vault") };
      const found = await walkPages(transport, listWalk(signal, within));
      return [...new Map(found.map((wire) => [wire.id, toSnapshot(wire, vaultId ?? "")])).values()];
    },
    async create({ vaultId, body, secrets = [] }, { signal }) {
      const header = vaultId === undefined ? {} : { vaultId: checkedId(vaultId, "vault") };
      const end = await createObject(transport, kind, { ...header, body, signal });
      const readValue = changedObject(schema, (wire) => toSnapshot(wire, vaultId ?? wire.id));
      return toWritten(end, { ...changeRules(rights.write, readValue), isCreation: true, secrets });
    },
    async change(ref, etag, { secrets = [], ...call }, { signal }) {
      const end = await changeObject(transport, { kind, ref, etag, ...call, signal });
      const readValue = changedObject(schema, (wire) => toSnapshot(wire, ref.vaultId), ref.id);
      return toWritten(end, { ...changeRules(rights.write, readValue), secrets });
    },
    async remove(ref, etag, { signal }) {
      const query = removalQuery === undefined ? {} : { query: removalQuery };
      const end = await changeObject(transport, { kind, ref, etag, method: "DELETE", ...query, signal });
      return toWritten(end, changeRules(rights.remove, removed));
    },
  };
}

/** The members that are set, under their wire names. */
export function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
