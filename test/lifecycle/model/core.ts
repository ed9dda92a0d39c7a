/** The part of the pure core that the model drives, as a parameter, so that the model can also drive a broken copy. */

import * as consentRecord from "../../../provider/lifecycle/consent/consent-record.ts";
import * as digest from "../../../provider/lifecycle/consent/digest.ts";
import * as recordLocations from "../../../provider/lifecycle/consent/record-locations.ts";
import * as recordText from "../../../provider/lifecycle/consent/record-text.ts";
import * as review from "../../../provider/lifecycle/consent/review.ts";
import * as signedConsent from "../../../provider/lifecycle/consent/signed-consent.ts";
import * as keyWrite from "../../../provider/lifecycle/key/key-write.ts";
import * as planKeyDeletion from "../../../provider/lifecycle/key/plan-key-deletion.ts";
import * as planReversal from "../../../provider/lifecycle/key/plan-reversal.ts";
import * as planReviewed from "../../../provider/lifecycle/key/plan-reviewed.ts";
import * as planUpdate from "../../../provider/lifecycle/key/plan-update.ts";
import * as settling from "../../../provider/lifecycle/key/settling.ts";
import * as serviceTime from "../../../provider/lifecycle/vocabulary/service-time.ts";

export interface Core {
  readonly standingOf: typeof consentRecord.standingOf;
  readonly requestStatement: typeof recordText.requestStatement;
  readonly bodyJson: typeof recordText.bodyJson;
  readonly encodeTagValue: typeof recordText.encodeTagValue;
  readonly encodeCompact: typeof recordText.encodeCompact;
  readonly digestText: typeof digest.digestText;
  readonly planKeyDeletion: typeof planKeyDeletion.planKeyDeletion;
  readonly planReviewedStep: typeof planReviewed.planReviewedStep;
  readonly planReviewedApproval: typeof planReviewed.planReviewedApproval;
  readonly planReversal: typeof planReversal.planReversal;
  readonly planKeyWrite: typeof keyWrite.planKeyWrite;
  readonly planMarking: typeof planUpdate.planMarking;
  readonly planSync: typeof planUpdate.planSync;
  readonly parseKeyTexts: typeof recordLocations.parseKeyTexts;
  readonly patchWithRecord: typeof recordLocations.patchWithRecord;
  readonly patchWithoutRecord: typeof recordLocations.patchWithoutRecord;
  readonly patchOfUser: typeof recordLocations.patchOfUser;
  readonly patchWithHold: typeof recordLocations.patchWithHold;
  readonly patchWithRelease: typeof recordLocations.patchWithRelease;
  readonly patchWithMarker: typeof recordLocations.patchWithMarker;
  readonly markerLocation: typeof recordLocations.markerLocation;
  readonly settlingOf: typeof settling.settlingOf;
  readonly withVouchers: typeof signedConsent.withVouchers;
  readonly statementOfDraft: typeof signedConsent.statementOfDraft;
  readonly approvalStatements: typeof review.approvalStatements;
  readonly skewOf: typeof serviceTime.skewOf;
  readonly runTimeAfter: typeof serviceTime.runTimeAfter;
}

export const realCore: Core = {
  ...consentRecord,
  ...digest,
  ...keyWrite,
  ...planKeyDeletion,
  ...planReviewed,
  ...planReversal,
  ...planUpdate,
  ...recordLocations,
  ...recordText,
  ...serviceTime,
  ...settling,
  ...signedConsent,
  ...review,
};

/** Loads a copy of `provider/lifecycle` from another folder; `folder` is a file URL that ends in a slash. */
export async function coreFrom(folder: string): Promise<Core> {
  const names = [
    "consent/consent-record",
    "consent/digest",
    "key/key-write",
    "key/plan-key-deletion",
    "key/plan-reviewed",
    "key/plan-reversal",
    "key/plan-update",
    "consent/record-locations",
    "consent/record-text",
    "vocabulary/service-time",
    "key/settling",
    "consent/signed-consent",
    "consent/review",
  ];
  const modules = await Promise.all(names.map((name) => import(/* @vite-ignore */ `${folder}${name}.ts`)));
  return Object.assign({}, ...modules) as Core;
}
