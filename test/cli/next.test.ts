import {
  after,
  asksAgain,
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
  run,
  testEach,
  withdraws,
} from "./next-commands.ts";

testEach({
  "nobody asked, and you may": {
    story: [by("bob", "continue KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [asksAgain("bob")],
  },
  "nobody asked, and a pipeline cannot": {
    story: [by("pipeline", "request KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [asksAgain("bob")],
  },
  "your request is on file": {
    story: [by("bob", "request KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("alice"), withdraws("bob")],
  },
  "somebody's request is on file": {
    story: [by("bob", "request KEY"), by("alice", "status KEY")],
    next: [deactivates("alice"), asksAgain("alice")],
  },
  "somebody's request is on file, seen through a trusted profile": {
    story: [by("bob", "request KEY"), by("dave", "continue KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [{ by: "dave", exit: 10, leaves: "deactivated" }],
  },
  "somebody's request is on file, met by a pipeline": {
    story: [by("bob", "request KEY"), naming("pipeline")],
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("carol"), withdraws("bob")],
  },
  "your request waits for its cool-down": {
    story: [deactivated],
    code: "UKO_APPROVAL_PENDING",
    next: [
      { by: "bob", ...later("4h1m"), exit: 11, leaves: "pending_destruction" },
      { by: "alice", exit: 0, leaves: "deactivated" },
    ],
  },
  "you consented": {
    story: [by("carol", "request KEY"), by("bob", "consent KEY ID")],
    next: [deactivates("carol")],
  },
  "somebody consented, and you may act on it": {
    story: [by("carol", "request KEY"), by("bob", "consent KEY ID"), by("carol", "continue KEY")],
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("carol")],
  },
  "a consent is not answered again": {
    story: [by("carol", "request KEY"), by("bob", "consent KEY ID"), by("carol", "consent KEY ID")],
    code: "UKO_CONSENT_MISMATCH",
    next: [deactivates("carol")],
  },
  "nobody answers themselves": {
    story: [by("bob", "request KEY"), by("bob", "consent KEY ID")],
    code: "UKO_CONSENT_MISMATCH",
    next: [deactivates("alice")],
  },
  "the record is not the one on file": {
    story: [by("bob", "request KEY"), by("alice", `consent KEY ${"0".repeat(32)}`)],
    code: "UKO_CONSENT_MISMATCH",
    next: [{ by: "alice", exit: 0, leaves: "pending_approval", requestedBy: "bob" }],
  },
  "the record does not count any more": {
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
    next: [asksAgain("alice")],
  },
  "a sync waits for the request on file": {
    story: [by("bob", "request KEY"), by("alice", "sync KEY")],
    code: "UKO_DELETION_ON_FILE",
    next: [withdraws("alice")],
  },
  "named while cooling down": {
    story: [deactivated, naming("bob")],
    code: "UKO_COOLING_DOWN",
    next: [{ by: "bob", ...later("4h"), exit: 11, leaves: "pending_destruction" }, reactivates],
  },
  "pending destruction": {
    story: [destroyed],
    code: "UKO_DESTRUCTION_PENDING",
    next: [{ ...removes, ...later("30d") }],
  },
  "only the record is left": {
    story: [destroyed, after("31d"), by("bob", "status KEY")],
    next: [removes],
  },
  "a request where only the record is left": {
    story: [destroyed, after("31d"), by("bob", "request KEY")],
    next: [removes],
  },
});
