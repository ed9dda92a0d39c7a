/** The limits of what a certificate proves, as specific as its facts allow. Computed again by each check. Pure. */

import type { Certificate, CertificateKey, CertificateLog, Limit } from "./statement.ts";

export interface LimitFacts {
  readonly keys: readonly CertificateKey[];
  readonly evidence: readonly CertificateLog[];
  /** Whether every endpoint is a documented host of IBM. */
  readonly isIbm: boolean;
}

export function limitsOf({ keys, evidence, isIbm }: LimitFacts): Certificate["predicate"]["notVerified"] {
  const some = (code: Limit["code"], text: string, concerned: readonly CertificateKey[]): readonly Limit[] =>
    concerned.length === 0 ? [] : [{ code, text, subjects: concerned.map(({ subject }) => subject) }];
  return [
    {
      code: "exported_material",
      text: "Copies of the key material outside the named keystores: exported, or kept by its importer",
    },
    { code: "backups", text: "Backups of the service, of its hardware and of the clouds behind the keystores" },
    {
      code: "hsm_zeroization",
      text: "The erasure inside the hardware: the service reported it, an inspection did not take place",
    },
    {
      code: "log_of_executors",
      text: "The truth of the evidence: it was written on the machines of the people who took the steps",
    },
    ...some(
      "existence",
      "That these keys ever existed: the service reports that it does not have them",
      keys.filter(({ outcome }) => outcome === "absent"),
    ),
    ...some(
      "not_destroyed",
      "The end of the key material of these keys: the service did not report them as destroyed",
      keys.filter(({ outcome }) => ["deactivated", "not_ended", "not_recorded"].includes(outcome)),
    ),
    ...some(
      "pending_period",
      "The copies of these keys in keystores that did not report them as absent, for example in a cloud whose pending period had not ended",
      keys.filter(hasRemainder),
    ),
    ...some(
      "keystores_not_live",
      "The keystores of these keys: they were not asked live after the destruction",
      keys.filter(({ areKeystoresLive, outcome }) => !areKeystoresLive && outcome !== "absent"),
    ),
    ...some(
      "steps_not_recorded",
      "Who took the steps on these keys, and with whose approval: the steps were not recorded",
      keys.filter(({ isWatched }) => !isWatched),
    ),
    ...some(
      "steps_not_confirmed",
      "The effect of every step on these keys: at least one was started and never recorded as finished",
      keys.filter(({ steps }) => steps.some(({ doneAt }) => doneAt === undefined)),
    ),
    ...(evidence.some(({ isChained, unchainedLines }) => !isChained || unchainedLines > 0)
      ? [
          {
            code: "evidence_not_chained" as const,
            text: "Whether the evidence of an earlier release was changed before the certificate was made",
          },
        ]
      : []),
    ...(isIbm
      ? []
      : [
          {
            code: "not_ibm" as const,
            text: "That IBM's service answered: an endpoint is an emulator, is another host, or is not recorded",
          },
        ]),
  ];
}

function hasRemainder({ keystores }: CertificateKey): boolean {
  return keystores.some(({ status }) => status !== "not_present");
}
