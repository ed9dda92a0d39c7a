/**
 * Writes the emulator's audit trail, by which tests prove what a client did. Each request to an emulated API has an
 * entry, and so have keys of the seed and edits by the control API. If it has too many entries, the oldest are deleted.
 */

import { toSecondsText } from "./clock.ts";
import type { KeyState } from "./key-states.ts";
import type { Key, Tag } from "./model.ts";

/** The key after a write: its consent record, and the last writers. */
export interface KeyAfter {
  readonly state: KeyState;
  readonly tags: readonly Tag[];
  readonly description: string;
  readonly updatedAt: string;
  readonly updatedBy?: string | undefined;
}

export function keyAfter({ state, tags, description, updatedMs, updatedBy }: Key): KeyAfter {
  return { state, tags, description, updatedAt: toSecondsText(updatedMs), updatedBy };
}

export interface AuditEntry {
  readonly seq: number;
  /** Emulated time of the request, RFC 3339 with milliseconds. */
  readonly time: string;
  readonly correlationId: string;
  /** The name of the call: `destroyManagedKey`, `token`; `seed` and `control` for changes from outside. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly query?: string | undefined;
  readonly userAgent?: string | undefined;
  /** The token's `iam_id`, and the login behind it. */
  readonly caller?: string | undefined;
  readonly authn?: string | undefined;
  readonly callerName?: string | undefined;
  readonly vaultId?: string | undefined;
  readonly keyId?: string | undefined;
  readonly backingKeyId?: string | undefined;
  /** A KMS key that does not back a managed key. */
  readonly kmsKeyId?: string | undefined;
  readonly label?: string | undefined;
  readonly from?: KeyState | undefined;
  readonly to?: KeyState | "removed" | undefined;
  /** The status of the response; 0 if none was sent. */
  readonly status: number;
  readonly code?: string | undefined;
  /** Whether the request changed something. */
  readonly effect: boolean;
  /** The response was dropped before or after the effect. */
  readonly dropped?: "before" | "after" | undefined;
  /** The fault rule that applied. */
  readonly fault?: string | undefined;
  readonly after?: KeyAfter | undefined;
  /**
   * Operation-specific facts: `force` and `materialIn` of a DELETE, `authExpiration` of a
   * set-for-deletion.
   */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** What a handler can add to the entry of its request. */
export type AuditNote = Partial<Omit<AuditEntry, "seq" | "time" | "operation" | "status" | "effect">>;

type OutsideChange = Pick<AuditEntry, "time" | "operation" | "method" | "path" | "status" | "caller" | "from">;

/** The entry of a change from outside the service, by the seed or the control API. */
export function outsideEntry(key: Key, { status, from, ...facts }: OutsideChange): Omit<AuditEntry, "seq"> {
  const { vaultId, id: keyId, label, state: to } = key;
  const request = { ...facts, correlationId: facts.operation, authn: facts.caller };
  return { ...request, vaultId, keyId, label, from, to, status, effect: true, after: keyAfter(key) };
}

export class AuditTrail {
  #entries: AuditEntry[] = [];
  #seq = 0;

  /** Adds an entry. If there are more than `maxEntries`, the older half is deleted. */
  append(entry: Omit<AuditEntry, "seq">, maxEntries = Number.POSITIVE_INFINITY): number {
    this.#seq += 1;
    this.#entries.push({ seq: this.#seq, ...entry });
    if (this.#entries.length > maxEntries) this.#entries = this.#entries.slice(-Math.ceil(maxEntries / 2));
    return this.#seq;
  }

  /** Completes an entry, because it is known only later whether its response was sent. */
  amend(seq: number, facts: Partial<AuditEntry>): void {
    const index = seq - (this.#entries[0]?.seq ?? 0);
    const entry = this.#entries[index];
    if (entry === undefined) return;
    this.#entries[index] = { ...entry, ...facts };
  }

  /** The entries after a sequence number, oldest first. */
  since(seq: number): readonly AuditEntry[] {
    if (seq <= 0) return this.#entries;
    const first = this.#entries[0]?.seq ?? 1;
    return this.#entries.slice(Math.max(0, seq + 1 - first));
  }

  /** Creates the trail of a snapshot. The next entry continues from its last number. */
  static of(entries: readonly AuditEntry[]): AuditTrail {
    const trail = new AuditTrail();
    trail.#entries = [...entries];
    trail.#seq = entries.at(-1)?.seq ?? 0;
    return trail;
  }
}
