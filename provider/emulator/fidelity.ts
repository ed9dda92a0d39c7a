/** How faithful the local UKO is, as data: what IBM documents, what is assumed, and which switch changes an assumption. */

import type { Switches } from "./switches.ts";

/** On what ground the local UKO does what it does. */
type Basis =
  /** IBM's public documents or SDKs say so; or no source says. */
  | { readonly basis: "documented" | "assumed" }
  /** Seen on a real instance by somebody who says when and on what; nothing else counts. */
  | { readonly basis: "verified"; readonly verified: Verification };

interface Verification {
  /** The day, `2027-01-31`. */
  readonly on: string;
  /** What answered: service, API version as far as it can be told, region. */
  readonly where: string;
  /** Where the request and the answer can be read, without credentials. */
  readonly record: string;
}

export type FidelityEntry = Basis & {
  /** The contract's row or unknown: `K8`, `U7`, `KMS-3` (row 3 of kms-v2-and-iam.md 10), or a name of ours. */
  readonly id: string;
  readonly subject: string;
  /** What the local UKO does. */
  readonly behaviour: string;
  /** The section of the contract. */
  readonly source: string;
  readonly switch?: keyof Switches;
};
