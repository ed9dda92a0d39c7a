import { it } from "vitest";
import {
  advance,
  asksAgain,
  type Case,
  deactivate,
  deactivates,
  destroy,
  edit,
  later,
  naming,
  reactivates,
  recordOf,
  removes,
  run,
  runCommandsOf,
  useWorld,
  withdraws,
} from "./next-commands.ts";

useWorld();

const cases: Readonly<Record<string, Case>> = {
  "nobody asked, and you may": {
    name: "payroll",
    message: () => run("bob", "continue KEY", "payroll"),
    code: "UKO_APPROVAL_PENDING",
    next: [asksAgain("bob")],
  },
  "nobody asked, and a pipeline cannot": {
    name: "payroll",
    message: () => run("pipeline", "request KEY", "payroll"),
    code: "UKO_APPROVAL_PENDING",
    next: [asksAgain("bob")],
  },
  "your request is on file": {
    name: "payroll",
    message: () => run("bob", "request KEY", "payroll"),
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("alice"), withdraws("bob")],
  },
  "somebody's request is on file": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("alice", "status KEY", "payroll");
    },
    next: [deactivates("alice"), asksAgain("alice")],
  },
  "somebody's request is on file, seen through a trusted profile": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("dave", "continue KEY", "payroll");
    },
    code: "UKO_APPROVAL_PENDING",
    next: [{ by: "dave", exit: 10, leaves: "deactivated" }],
  },
  "somebody's request is on file, met by a pipeline": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return naming("pipeline", "payroll");
    },
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("carol"), withdraws("bob")],
  },
  "your request waits for its cool-down": {
    name: "payroll",
    message: () => deactivate("payroll"),
    code: "UKO_APPROVAL_PENDING",
    next: [
      { by: "bob", ...later("4h1m"), exit: 11, leaves: "pending_destruction" },
      { by: "alice", exit: 0, leaves: "deactivated" },
    ],
  },
  "you consented": {
    name: "payroll",
    message: async () => {
      await run("carol", "request KEY", "payroll");
      return run("bob", "consent KEY ID", "payroll", await recordOf("payroll"));
    },
    next: [deactivates("carol")],
  },
  "somebody consented, and you may act on it": {
    name: "payroll",
    message: async () => {
      await run("carol", "request KEY", "payroll");
      await run("bob", "consent KEY ID", "payroll", await recordOf("payroll"));
      return run("carol", "continue KEY", "payroll");
    },
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("carol")],
  },
  "a consent is not answered again": {
    name: "payroll",
    message: async () => {
      await run("carol", "request KEY", "payroll");
      await run("bob", "consent KEY ID", "payroll", await recordOf("payroll"));
      return run("carol", "consent KEY ID", "payroll", await recordOf("payroll"));
    },
    code: "UKO_CONSENT_MISMATCH",
    next: [deactivates("carol")],
  },
  "nobody answers themselves": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("bob", "consent KEY ID", "payroll", await recordOf("payroll"));
    },
    code: "UKO_CONSENT_MISMATCH",
    next: [deactivates("alice")],
  },
  "the record is not the one on file": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("alice", "consent KEY ID", "payroll", "0".repeat(32));
    },
    code: "UKO_CONSENT_MISMATCH",
    next: [{ by: "alice", exit: 0, leaves: "pending_approval", requestedBy: "bob" }],
  },
  "the record does not count any more": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      const recordId = await recordOf("payroll");
      await advance("1m");
      await edit("payroll", { record: { updatedBy: "IBMid-550000CAROL", updatedAt: "2026-11-24T14:30:00Z" } });
      return run("alice", "consent KEY ID", "payroll", recordId);
    },
    code: "UKO_CONSENT_MISMATCH",
    next: [asksAgain("alice")],
  },
  "a sync waits for the request on file": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("alice", "sync KEY", "payroll");
    },
    code: "UKO_DELETION_ON_FILE",
    next: [withdraws("alice")],
  },
  "named while cooling down": {
    name: "payroll",
    message: async () => {
      await deactivate("payroll");
      return naming("bob", "payroll");
    },
    code: "UKO_COOLING_DOWN",
    next: [{ by: "bob", ...later("4h"), exit: 11, leaves: "pending_destruction" }, reactivates],
  },
  "pending destruction": {
    name: "payroll",
    message: () => destroy("payroll"),
    code: "UKO_DESTRUCTION_PENDING",
    next: [{ ...removes, ...later("30d") }],
  },
  "only the record is left": {
    name: "payroll",
    message: async () => {
      await destroy("payroll");
      await advance("31d");
      return run("bob", "status KEY", "payroll");
    },
    next: [removes],
  },
  "a request where only the record is left": {
    name: "payroll",
    message: async () => {
      await destroy("payroll");
      await advance("31d");
      return run("bob", "request KEY", "payroll");
    },
    next: [removes],
  },
};

it.each(Object.entries(cases))("%s", (_title, each) => runCommandsOf(each));
