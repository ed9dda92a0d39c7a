import {
  after,
  approves,
  by,
  deactivated,
  destroyed,
  edited,
  forbidden,
  later,
  reactivates,
  released,
  removes,
  requests,
  retain,
  testEach,
  withdraws,
} from "./next-commands.ts";

testEach({
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
