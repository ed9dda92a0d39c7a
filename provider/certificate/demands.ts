/**
 * Lists which rule asks an auditor for what, and the fields of a certificate that answer. The page of a certificate and
 * the guide for auditors show this list.
 */

export interface Demand {
  readonly rule: string;
  readonly asks: string;
  /** Paths in the predicate of the statement; `subject` and `signatures` are outside of it. */
  readonly fields: readonly string[];
}

export const demands = [
  {
    rule: "NIST SP 800-57 Part 1 Rev. 5, 8.3.4 and 8.4",
    asks: "metadata and state history that outlive the key",
    fields: ["keys[]", "steps[]"],
  },
  {
    rule: "NIST SP 800-88 Rev. 2, 4.6",
    asks: "a certificate: what, how, with which tool, when, by whom, how verified",
    fields: [
      ...["subject", "method", "tool", "steps[].executor", "steps[].doneAt", "keystores[].status"],
      ...["notVerified", "signatures"],
    ],
  },
  {
    rule: "CSA CCM 4, CEK-14",
    asks: "keys are destroyed when they are no longer needed",
    fields: ["outcome", "keystores[].status", "requester.reason"],
  },
  {
    rule: "PCI PIN Security, 24",
    asks: "a destruction that a second person observes, with a signed record",
    fields: ["keyCheckValues", "approver", "signatures"],
  },
  {
    rule: "PCI DSS 4.0.1, 3.7.5",
    asks: "keys are retired or destroyed by a recorded process",
    fields: ["outcome", "steps[]", "requester.reason"],
  },
  {
    rule: "DORA, RTS (EU) 2024/1774, articles 6 and 7",
    asks: "a policy on encryption, and keys managed until their destruction",
    fields: ["method", "steps[]", "list"],
  },
  {
    rule: "EU standard contractual clauses, 8.5",
    asks: "the importer certifies that data was deleted",
    fields: ["subject", "method", "outcomeAt"],
  },
] as const satisfies readonly Demand[];

export const notCompliance = "The table does not say that you comply: your auditor decides that.";
