/**
 * Defines the interfaces and forms of evidence and report. Without evidence, uko takes no step that needs an entry
 * before it, writes no request or approval, and releases no hold. A report that fails only warns, because it must not
 * change what a run does.
 */

import type { ErrorCode } from "../../errors.ts";
import type { Shown } from "../../lifecycle/consent/review.ts";
import type { ContainerKind } from "../../lifecycle/container/plan-container-deletion.ts";
import type { ApprovedStep, ConsentRecord } from "../../lifecycle/vocabulary/observation.ts";
import type { ReportedWait } from "./reported-wait.ts";

/** One step, as an auditor needs it; never holds a credential. Written *before* a removal. */
export interface EvidenceEntry {
  readonly v: 1;
  readonly time: string;
  readonly instanceId: string;
  /** The kind of resource that `keyId` names; absent for a managed key. */
  readonly resource?: ContainerKind | "kms_key" | "key_ring" | "campaign_wave";
  /** Empty for a KMS key, which is in no vault. */
  readonly vaultId: string;
  readonly keyId: string;
  readonly label: string;
  readonly step: string;
  /**
   * `refused`: uko refused what the person asked for, and no call was made. `seen`: a run of this person found the step
   * on the key, and no approval of it is known. `settled`: a run of this person read what became of a step that no line
   * reports as done, or the service answered that the call changed nothing.
   */
  readonly phase: "before" | "after" | "refused" | "seen" | "settled";
  readonly from: string;
  readonly to: string;
  readonly actor: {
    readonly iamId: string;
    readonly name: string;
    /** How the person logged in, as the token says; absent if the token does not say it. */
    readonly loggedInBy?: string;
  };
  readonly digest?: string;
  readonly record?: EvidenceRecord;
  readonly allowedBy?: EvidenceRecord;
  /** The request or approval that the step removed from the key. */
  readonly dropped?: EvidenceRecord;
  /** The request that its own author tried to approve. */
  readonly refused?: EvidenceRecord;
  /** The consents behind the step, or the record, as their authors signed them; absent without signatures. */
  readonly signed?: readonly EvidenceSignature[];
  /** What the person was shown before they approved: the SHA-256 of the list, its keys, and the classes that they typed. */
  readonly shown?: Shown;
  readonly keystores: readonly { readonly name: string; readonly status: string; readonly syncFlag: string }[];
  /** Written before a step that ends something; a removal erases all of it. */
  readonly key?: EvidenceKey;
  /** The keystores after the step, as the service's response reports them. */
  readonly reported?: readonly EvidenceKeystore[];
  readonly correlationId?: string;
  /** The last write to a key for whose step no approval is known. Another write can have followed the step. */
  readonly lastWrite?: { readonly iamId: string; readonly at: string };
  /** The hold that a person released, or despite which a destroyed key was removed, as its tag had it. */
  readonly hold?: string;
  /** Why a person released a hold, or declined a request. */
  readonly reason?: string;
  /** What the service answered to a step of a campaign that it refused. */
  readonly refusal?: { readonly code: string; readonly said: string };
}

/** The key as the service described it just before the step. Times are ISO 8601 UTC. */
export interface EvidenceKey {
  readonly version: number;
  readonly algorithm: string;
  readonly size: string;
  readonly template: string;
  /** By which an auditor recognizes the key. No one can add them after the removal; absent if the service has none. */
  readonly keyCheckValues?: readonly { readonly method: string; readonly value: string }[];
  readonly description: string;
  readonly activationDate: string;
  readonly expirationDate: string;
  readonly createdAt?: string;
  readonly createdBy?: string;
  readonly rotatedAt?: string;
  readonly updatedAt?: string;
  readonly updatedBy?: string;
  /** Whether the keystores were asked live; otherwise the service reported what it had stored. */
  readonly isLive: boolean;
  readonly keystores: readonly EvidenceKeystore[];
  /** The backing KMS keys of internal keystores. */
  readonly kmsKeys: readonly { readonly id: string; readonly state: string }[];
  /** The consent record on the key, of whichever run wrote it. */
  readonly record?: EvidenceRecord;
}

export interface EvidenceKeystore {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** The key's ID in this keystore, such as the name of the cloud's key. */
  readonly keyId: string;
  readonly status: string;
  readonly syncFlag: string;
  readonly destructionAt?: string;
}

/** What the first line of a run says of the run itself. */
export interface EvidenceRun {
  readonly instanceId: string;
  readonly endpoint?: string;
  readonly tool: { readonly name: string; readonly version: string; readonly build: string };
  /** How the caller authenticated, as far as this run knows. */
  readonly credential: "api_key" | "token";
}

export interface EvidenceRecord extends Pick<ConsentRecord, "id" | "step" | "how"> {
  readonly author: string;
  readonly writtenAt: string;
  readonly requestId?: string;
  readonly reason?: string;
  /** The earlier reasons as the record repeats them. Only the record's author vouches for them. */
  readonly earlierReasons?: readonly EvidenceReason[];
}

/** What a person signed; lifecycle/consent/signed-consent.ts has the form of the statement, and of the signature. */
export interface EvidenceSignature {
  readonly statement: string;
  readonly signedAt: string;
  readonly path: string;
  readonly signature: string;
  /**
   * The text that the statement hashes: what else the person signed. Absent for an approval that acted at once, and for
   * a request of which only a quote was at hand.
   */
  readonly body?: string;
}

/** The reason for a deletion request; `author` is the requester's IAM ID. */
export interface EvidenceReason {
  readonly author: string;
  readonly name?: string;
  readonly reason: string;
}

export interface Evidence {
  /**
   * Proves before a step that its line can be written, if no line precedes the step. Throws `UKO_EVIDENCE_UNWRITABLE`
   * if not.
   */
  open(): Promise<void>;
  /**
   * Appends the entry, which is durable before this returns. Throws `UKO_EVIDENCE_UNWRITABLE`, and the step is then not
   * taken.
   */
  append(entry: EvidenceEntry): Promise<void>;
  /** Set if the run has no place for evidence, so that each step will fail. */
  readonly isMissing?: true;
  /** The lines so far, as they are in the file. Absent if they cannot be read again, as in a log. */
  readonly lines?: () => Iterable<string>;
  /** Set for the file in the user's own state folder. Another person can write to a file that a variable names. */
  readonly isOwn?: true;
}

/** A step without a known approval, and the last write to the key. Both are absent if the service does not name them. */
export interface ReportedUnapprovedStep {
  readonly step: ApprovedStep;
  readonly lastWriter?: string;
  readonly lastWriteAt?: string;
}

/** The result of one run for one key, for pipelines. Times are ISO 8601 UTC. */
export interface ReportLine extends ReportedWait {
  readonly instanceId: string;
  /** The kind of resource that `keyId` names; absent for a managed key. */
  readonly resource?: ContainerKind | "kms_key";
  /** Empty for a KMS key, which is in no vault. */
  readonly vaultId: string;
  readonly keyId: string;
  readonly label?: string;
  readonly lifecycleState?: string;
  /** Roles, one of which the next step requires. */
  readonly neededRoles?: readonly string[];
  /** The person who cannot take the next step. */
  readonly excludedIdentity?: string;
  /** The reasons in the record on the key, oldest first. */
  readonly reasons?: readonly EvidenceReason[];
  /** `create`, `update`, `delete`, or the command. */
  readonly operation: string;
  readonly code?: ErrorCode;
  readonly exitCode: number;
  /** A wait begins within the run; code and exit code are those with which the run would end now. */
  readonly isWaiting?: true;
  /** The last step of the deletion, if the key needs two people for it and no approval by a second one is known. */
  readonly unapprovedStep?: ReportedUnapprovedStep;
  /** The changes that this run made, in order; absent if its operation does not report them. */
  readonly taken?: readonly string[];
  /** Empty if the run ended before the caller was known. */
  readonly actor: { readonly iamId: string; readonly name: string };
}

/**
 * The report of `UKO_REPORT`. It fails only before a run begins, because a report must not change what the run does.
 */
export interface Reports {
  /** Throws `UKO_EVIDENCE_UNWRITABLE` if later writes could not succeed. */
  open(): Promise<void>;
  /** Appends the record, which is durable before this returns. A write that fails produces a warning. Never throws. */
  append(record: ReportLine): Promise<void>;
}
