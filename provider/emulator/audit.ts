/** The audit trail: one record per request, reads included, with what it did to which key. */

import type { KeyState } from "./key-states.ts";
import type { Tag } from "./model.ts";

/** The key after a write, as stored: enough to tell which consent record was on it, and who had written last. */
export interface KeyAfter {
  readonly state: KeyState;
  readonly tags: readonly Tag[];
  readonly description: string;
  readonly updatedAt: string;
  readonly updatedBy?: string | undefined;
}

export interface AuditRecord {
  readonly seq: number;
  /** Emulated time of the request, RFC 3339 with milliseconds. */
  readonly time: string;
  readonly correlationId: string;
  /** The contract's row: `K8`, `V3`, `M14` (row 14 of kms-v2-and-iam.md 2.1), `token`, `broker`; `seed` and `control` for the world's own. */
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
  readonly twinId?: string | undefined;
  /** A KMS key that is no managed key's twin. */
  readonly kmsKeyId?: string | undefined;
  readonly label?: string | undefined;
  readonly from?: KeyState | undefined;
  readonly to?: KeyState | "removed" | undefined;
  /** 0 when no answer was given. */
  readonly status: number;
  readonly code?: string | undefined;
  /** Whether the request changed something. */
  readonly effect: boolean;
  /** The answer was dropped before or after the effect. */
  readonly dropped?: "before" | "after" | undefined;
  /** The fault rule that struck. */
  readonly fault?: string | undefined;
  /** The key after a write. */
  readonly after?: KeyAfter | undefined;
  /** Operation-specific facts: `force` and `materialIn` of a DELETE, `authExpiration` of a set-for-deletion. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** What a handler may add to the record of its request. */
export type AuditNote = Partial<
  Pick<
    AuditRecord,
    | "caller"
    | "authn"
    | "callerName"
    | "vaultId"
    | "keyId"
    | "twinId"
    | "kmsKeyId"
    | "label"
    | "from"
    | "to"
    | "after"
    | "detail"
  >
>;

const maxRecords = 200_000;

export class AuditTrail {
  #records: AuditRecord[] = [];
  #seq = 0;
  /** Records from here on are not yet in the file. */
  #unsavedSeq = 1;

  append(record: Omit<AuditRecord, "seq">): number {
    this.#seq += 1;
    this.#records.push({ seq: this.#seq, ...record });
    if (this.#records.length > maxRecords) this.#records = this.#records.slice(-maxRecords / 2);
    return this.#seq;
  }

  /** Notes on a record that its answer was never given: known only once the client has gone. */
  noteDropped(seq: number): void {
    const index = this.#records.findIndex((record) => record.seq === seq);
    const record = this.#records[index];
    if (record === undefined) return;
    this.#records[index] = { ...record, dropped: "after" };
    this.#unsavedSeq = Math.min(this.#unsavedSeq, seq);
  }

  /** Answers the records after a sequence number, oldest first. */
  since(seq: number): readonly AuditRecord[] {
    if (seq <= 0) return this.#records;
    const first = this.#records[0]?.seq ?? 1;
    return this.#records.slice(Math.max(0, seq + 1 - first));
  }

  unsaved(): readonly AuditRecord[] {
    return this.since(this.#unsavedSeq - 1);
  }

  markSaved(): void {
    this.#unsavedSeq = this.#seq + 1;
  }

  /** The trail of a file or a snapshot; what is appended next goes on from its last number. */
  static of(records: readonly AuditRecord[]): AuditTrail {
    const trail = new AuditTrail();
    trail.#records = [...records];
    trail.#seq = records.at(-1)?.seq ?? 0;
    return trail;
  }
}
