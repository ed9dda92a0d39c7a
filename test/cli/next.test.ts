import {
  after,
  approves,
  by,
  deactivated,
  deactivates,
  destroyed,
  edited,
  forbidden,
  later,
  reactivates,
  released,
  removes,
  requests,
  retain,
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
  "a request stopped by a retention policy": {
    name: "vouchers",
    story: [released, edited(retain), by("bob", "request KEY")],
    code: "UKO_RETENTION_POLICY",
    next: [{ ...requests("bob"), first: released }],
  },
  "a run stopped by a retention policy": {
    name: "vouchers",
    story: [released, by("bob", "request KEY"), edited(retain), by("alice", "continue KEY")],
    code: "UKO_RETENTION_POLICY",
    next: [{ by: "alice", first: released, exit: 10, leaves: "pending_approval", requestedBy: "bob" }],
  },
  "the backing KMS key was disabled": {
    name: "ledger",
    story: [
      by("carol", "request KEY"),
      approves("bob", "--store"),
      edited({ backingKey: { state: 2 } }),
      by("carol", "continue KEY"),
    ],
    code: "UKO_KMS_KEY_NOT_ACTIVE",
    next: [{ by: "carol", first: edited({ backingKey: { state: 1 } }), exit: 10, leaves: "cooling_down" }],
  },
  "a keystore holds the key again": {
    name: "cards",
    story: [destroyed, after("8d"), edited({ material: "enabled" }), by("bob", "continue KEY")],
    code: "UKO_KEYSTORE_BLOCKS_REMOVAL",
    next: [{ by: "alice", exit: 0, leaves: "pending_destruction" }],
  },
  "a plan that a keystore blocks": {
    name: "cards",
    story: [destroyed, after("8d"), edited({ material: "enabled" }), by("bob", "plan KEY")],
    next: [{ by: "alice", exit: 0, leaves: "pending_destruction" }],
  },
  "a sync aligned the keystores": {
    name: "cards",
    story: [destroyed, after("8d"), edited({ material: "enabled" }), by("alice", "sync KEY")],
    next: [{ ...removes, ...later("8d") }],
  },
  "KMS requires another person than the setter of the window": {
    name: "ledger",
    story: [
      by("bob", "request KEY"),
      approves("alice", "", ["ledger"]),
      by("bob", "request KEY"),
      after("5h"),
      approves("alice", "", []),
    ],
    next: [],
  },
  "the requester, whom another person approved, set the KMS window": {
    name: "ledger",
    story: [deactivated, approves("bob", "--store"), after("5h"), by("alice", "continue KEY")],
    code: "UKO_KMS_SETTER",
    next: [{ by: "alice", exit: 0, leaves: "pending_request" }],
  },
  "the setter of the KMS window is unknown": {
    name: "ledger",
    // Another tool takes off the record, and with it what the record knew of the window.
    story: [
      deactivated,
      edited({ record: { tags: [] } }),
      by("carol", "request KEY"),
      after("5h"),
      approves("bob", "", []),
    ],
    next: [],
  },
  "the KMS window expired": {
    name: "ledger",
    story: [deactivated, after("8d"), by("bob", "continue KEY")],
    code: "UKO_KMS_WINDOW_EXPIRED",
    next: [reactivates],
  },
  "the role to request is missing": {
    story: [by("erin", "request KEY")],
    code: "UKO_RIGHTS_MISSING",
    next: [requests("bob")],
  },
  "the role to deactivate is missing": {
    story: [by("alice", "request KEY"), approves("bob")],
    next: [],
  },
  "the role to withdraw is missing": {
    story: [by("bob", "request KEY"), by("erin", "withdraw KEY")],
    code: "UKO_RIGHTS_MISSING",
    next: [withdraws("bob")],
  },
  "the role to reactivate is missing": {
    story: [deactivated, by("erin", "reactivate KEY")],
    code: "UKO_RIGHTS_MISSING",
    next: [reactivates],
  },
  "the role to sync is missing": {
    story: [by("erin", "sync KEY")],
    code: "UKO_RIGHTS_MISSING",
    next: [{ by: "alice", exit: 0, leaves: "active" }],
  },
  "the role to remove is missing": {
    story: [destroyed, after("31d"), by("alice", "continue KEY")],
    code: "UKO_RIGHTS_MISSING",
    next: [removes],
  },
  "the KMS role to set the window is missing": {
    name: "ledger",
    story: [by("bob", "request KEY"), forbidden("setKeyForDeletion"), approves("alice", "", ["ledger"])],
    next: [],
  },
  "the role to approve is missing": {
    story: [by("bob", "request KEY"), approves("erin", "--store", ["payroll"])],
    next: [],
  },
});
