import {
  after,
  by,
  deactivated,
  deactivates,
  destroyed,
  edited,
  later,
  naming,
  reactivates,
  recordOf,
  removes,
  requests,
  run,
  testEach,
  withdraws,
} from "./next-commands.ts";

testEach({
  "no request is pending, and you may request": {
    story: [by("bob", "continue KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [requests("bob")],
  },
  "no request is pending, and a pipeline cannot request": {
    story: [by("pipeline", "request KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [requests("bob")],
  },
  "your request is pending": {
    story: [by("bob", "request KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("alice"), withdraws("bob")],
  },
  "another person's request is pending": {
    story: [by("bob", "request KEY"), by("alice", "status KEY")],
    next: [deactivates("alice"), requests("alice"), withdraws("alice")],
  },
  "another person's request is pending, for a trusted profile": {
    story: [by("bob", "request KEY"), by("dave", "continue KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [{ by: "dave", exit: 10, leaves: "deactivated" }],
  },
  "another person's request is pending, for a pipeline": {
    story: [by("bob", "request KEY"), naming("pipeline")],
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("carol"), withdraws("bob")],
  },
  "your request waits for its cool-down": {
    story: [deactivated],
    code: "UKO_APPROVAL_PENDING",
    next: [
      { by: "bob", ...later("4h1m"), exit: 11, leaves: "pending_destruction" },
      { by: "alice", exit: 0, leaves: "cooling_down" },
    ],
  },
  "you approved": {
    story: [by("carol", "request KEY"), by("bob", "consent KEY ID")],
    next: [deactivates("carol")],
  },
  "another person approved, and you may act on the approval": {
    story: [by("carol", "request KEY"), by("bob", "consent KEY ID"), by("carol", "continue KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("carol")],
  },
  "an approval cannot be approved": {
    story: [by("carol", "request KEY"), by("bob", "consent KEY ID"), by("carol", "consent KEY ID")],
    code: "UKO_CONSENT_MISMATCH",
    next: [deactivates("carol")],
  },
  "a requester cannot approve their own request": {
    story: [by("bob", "request KEY"), by("bob", "consent KEY ID")],
    code: "UKO_CONSENT_MISMATCH",
    next: [deactivates("alice")],
  },
  "the approval ID does not match the pending request": {
    story: [by("bob", "request KEY"), by("alice", `consent KEY ${"0".repeat(32)}`)],
    code: "UKO_CONSENT_MISMATCH",
    next: [{ by: "alice", exit: 0, leaves: "pending_approval", requestedBy: "bob" }],
  },
  "the record is void": {
    story: [
      by("bob", "request KEY"),
      async (name) => {
        const recordId = await recordOf(name);
        await after("10m")(name);
        await edited({ record: { updatedBy: "IBMid-550000CAROL", updatedAt: "2026-11-24T14:30:00Z" } })(name);
        return run("alice", "consent KEY ID", name, recordId);
      },
    ],
    code: "UKO_CONSENT_MISMATCH",
    next: [requests("alice")],
  },
  "a sync waits for the pending request": {
    story: [by("bob", "request KEY"), by("alice", "sync KEY")],
    code: "UKO_DELETION_ON_FILE",
    next: [withdraws("alice")],
  },
  "approved while cooling down": {
    story: [deactivated, naming("bob")],
    code: "UKO_COOLING_DOWN",
    next: [{ by: "bob", ...later("4h"), exit: 11, leaves: "pending_destruction" }, reactivates],
  },
  "pending destruction": {
    story: [destroyed],
    code: "UKO_DESTRUCTION_PENDING",
    next: [{ ...removes, ...later("30d") }],
  },
  "only the metadata remains": {
    story: [destroyed, after("31d"), by("bob", "status KEY")],
    next: [removes],
  },
  "a request when only the metadata remains": {
    story: [destroyed, after("31d"), by("bob", "request KEY")],
    next: [removes],
  },
});
