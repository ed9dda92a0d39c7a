/** How faithful the local UKO is, as data: what IBM documents, what is assumed, and which switch changes an assumption. */

import type { Switches } from "./switches.ts";

export interface FidelityEntry {
  /** The contract's row or unknown: `K8`, `U7`, `KMS-3` (row 3 of kms-v2-and-iam.md 10), or a name of ours. */
  readonly id: string;
  readonly subject: string;
  /** What the local UKO does. */
  readonly behaviour: string;
  /** Documented by IBM; or assumed, because no source says; or not served yet. */
  readonly basis: "documented" | "assumed" | "not served";
  /** The section of the contract. */
  readonly source: string;
  readonly switch?: keyof Switches;
}
