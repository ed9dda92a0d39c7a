/**
 * Defines the port with which a run signs requests and approvals with the caller's SSH key, and checks the signatures
 * of other people (lifecycle/consent/signed-consent.ts). A run has this port only on a machine that demands signatures.
 */

import type { IsGenuine } from "../../lifecycle/consent/signed-consent.ts";
import type { ConsentSignature, Identity, KeyObservation } from "../../lifecycle/vocabulary/observation.ts";
import type { CallOptions } from "./calls.ts";

export interface ConsentSignatures {
  /**
   * What each observation of the run carries: the service that statements name, and the files that demand signatures.
   */
  readonly demand: NonNullable<KeyObservation["signatures"]>;
  readonly isGenuine: IsGenuine;
  /** What the actor has signed in this run, by statement. */
  readonly signed: ReadonlyMap<string, ConsentSignature>;
  /** The files that demand signatures, with what they say of these people, before a person is asked to sign. */
  describe(people: readonly string[]): readonly string[];
  /**
   * Asks the author's SSH key for one signature of all statements, and checks it as every other run will.
   * Throws UKO_SIGNATURE_MISSING: nothing was changed.
   */
  sign(author: Identity, statements: readonly string[], signedAtMs: number, options: CallOptions): Promise<void>;
}
