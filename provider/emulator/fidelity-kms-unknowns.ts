/** What no source tells of KMS keys of their own, rings, aliases, policies and import tokens, and what the local UKO does there. */

import type { FidelityEntry } from "./fidelity.ts";

export const kmsUnknowns = [
  {
    id: "KMS-13",
    subject: "registrations after delete and force",
    behaviour: "Listed until purge",
    basis: "assumed",
    source: "kms-v2-and-iam.md 10",
  },
  {
    id: "KMS-15",
    subject: "optional fields",
    behaviour: "Empty `resources` left out of policies only; `preventKeyDeletion` left out when false",
    basis: "assumed",
    source: "kms-v2-and-iam.md 10",
  },
  {
    id: "KMS-16",
    subject: "instance policies in answers",
    behaviour: "Camel case",
    basis: "assumed",
    source: "kms-v2-and-iam.md 10",
  },
  {
    id: "KMS-19",
    subject: "state after a delete",
    behaviour: "5 at once, no day of Deactivated before",
    basis: "assumed",
    source: "kms-v2-and-iam.md 10",
  },
  {
    id: "KMS-purge",
    subject: "automatic purge",
    behaviour: "90 days after the delete; a twin's not before its keystore's period is over",
    basis: "assumed",
    source: "kms-v2-and-iam.md 6",
  },
  {
    id: "KMS-expiry",
    subject: "expiry",
    behaviour: "At the second, without lag; a suspended key is deactivated when enabled",
    basis: "assumed",
    source: "kms-v2-and-iam.md 3.1, 6",
  },
  {
    id: "KMS-rotation",
    subject: "rotation by policy",
    behaviour: "At the month's end since the last rotation or change of the policy",
    basis: "assumed",
    source: "kms-v2-and-iam.md 2.11",
  },
  {
    id: "KMS-rings",
    subject: "ring of an internal keystore",
    behaviour: "Cannot be deleted through KMS, nor a twin moved: 409 with codes of ours",
    basis: "assumed",
    source: "kms-v2-and-iam.md 2.13",
  },
  {
    id: "KMS-codes",
    subject: "codes not published",
    behaviour: "`EMULATED_…`: ring exists, too many rings, alias unknown, rotation policy of an imported key",
    basis: "assumed",
    source: "kms-v2-and-iam.md 2.11, 2.13",
  },
  {
    id: "KMS-token",
    subject: "import token",
    behaviour: "One per instance; retrievals bound GET only; RSA of 2048 bits; nonce by AES-GCM or AES-CBC",
    basis: "assumed",
    source: "kms-v2-and-iam.md 2.2",
  },
  {
    id: "KMS-origin",
    subject: "where a call comes from",
    behaviour: "`X-Forwarded-For` or the connection; private where the host's name says `private`",
    basis: "assumed",
    source: "kms-v2-and-iam.md 1.1, 2.12",
  },
] as const satisfies readonly FidelityEntry[];
