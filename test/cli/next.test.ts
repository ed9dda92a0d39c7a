import {
  after,
  approves,
  by,
  deactivated,
  deactivates,
  destroyed,
  edited,
  later,
  reactivates,
  removes,
  requests,
  storesApproval,
  testEach,
  withdraws,
} from "./next-commands.ts";

testEach({
  "no request is pending, and you may request": {
    story: [by("bob", "continue KEY")],
    code: "UKO_REQUEST_PENDING",
    next: [requests("bob")],
  },
  "no request is pending, and a pipeline cannot request": {
    story: [by("pipeline", "request KEY")],
    code: "UKO_REQUEST_PENDING",
    next: [requests("bob")],
  },
  "your request is pending": {
    story: [by("bob", "request KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("alice"), storesApproval("alice")],
  },
  "another person's request is pending": {
    story: [by("bob", "request KEY"), by("alice", "status KEY")],
    next: [deactivates("alice"), storesApproval("alice"), withdraws("alice")],
  },
  "another person's request is pending, for a trusted profile": {
    story: [by("bob", "request KEY"), by("dave", "continue KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [{ by: "dave", exit: 0, leaves: "cooling_down" }],
  },
  "another person's request is pending, for a pipeline": {
    story: [by("bob", "request KEY"), by("pipeline", "continue KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("carol"), storesApproval("carol")],
  },
  "your request waits for its cool-down": {
    story: [deactivated],
    code: "UKO_APPROVAL_PENDING",
    next: [
      { by: "bob", ...later("4h1m"), exit: 0, leaves: "pending_destruction" },
      { by: "bob", exit: 0, leaves: "cooling_down", requestedBy: "alice" },
    ],
  },
  "you deactivated the key and requested nothing": {
    story: [by("bob", "request KEY"), approves("alice", "", ["payroll"])],
    next: [
      { by: "bob", exit: 0, leaves: "cooling_down", requestedBy: "bob" },
      { by: "alice", exit: 0, leaves: "active" },
    ],
  },
  "you destroyed the key": {
    story: [destroyed],
    next: [{ by: "bob", exit: 0, leaves: "pending_destruction" }],
  },
  "you approved": {
    story: [by("carol", "request KEY"), approves("bob", "--store"), by("bob", "continue KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [{ by: "carol", exit: 10, leaves: "cooling_down" }],
  },
  "another person approved, and a third person looks": {
    story: [by("carol", "request KEY"), approves("bob", "--store"), by("alice", "continue KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [{ by: "carol", exit: 10, leaves: "cooling_down" }],
  },
  "the record is void": {
    story: [
      by("bob", "request KEY"),
      after("10m"),
      edited({ record: { updatedBy: "IBMid-550000CAROL", updatedAt: "2026-11-24T14:30:00Z" } }),
      by("alice", "continue KEY"),
    ],
    code: "UKO_REQUEST_PENDING",
    next: [requests("alice")],
  },
  "a sync waits for the pending request": {
    story: [by("bob", "request KEY"), by("alice", "sync KEY")],
    code: "UKO_DELETION_PENDING",
    next: [withdraws("alice")],
  },
  "approved while cooling down": {
    story: [
      ...[by("bob", "request KEY"), approves("carol"), by("carol", "request KEY")],
      ...[approves("bob", "--store"), by("carol", "continue KEY")],
    ],
    code: "UKO_COOLING_DOWN",
    next: [{ by: "carol", ...later("4h"), exit: 11, leaves: "pending_destruction" }, reactivates],
  },
  "pending destruction": {
    story: [destroyed, by("bob", "continue KEY")],
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
