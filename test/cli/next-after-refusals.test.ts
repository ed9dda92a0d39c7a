import { it } from "vitest";
import {
  advance,
  asksAgain,
  type Case,
  deactivate,
  deactivates,
  destroy,
  edit,
  forbid,
  later,
  naming,
  reactivates,
  recordOf,
  release,
  removes,
  retain,
  run,
  runCommandsOf,
  useWorld,
  withdraws,
} from "./next-commands.ts";

useWorld();

const cases: Readonly<Record<string, Case>> = {
  "a request stopped by a retention policy": {
    name: "vouchers",
    message: async () => {
      await release("vouchers");
      await edit("vouchers", retain);
      return run("bob", "request KEY", "vouchers");
    },
    code: "UKO_RETENTION_POLICY",
    next: [{ ...asksAgain("bob"), first: () => release("vouchers") }],
  },
  "a consent stopped by a retention policy": {
    name: "vouchers",
    message: async () => {
      await release("vouchers");
      await run("bob", "request KEY", "vouchers");
      await edit("vouchers", retain);
      return naming("alice", "vouchers");
    },
    code: "UKO_RETENTION_POLICY",
    next: [{ ...deactivates("alice"), first: () => release("vouchers") }],
  },
  "a run stopped by a retention policy, naming nothing": {
    name: "vouchers",
    message: async () => {
      await release("vouchers");
      await run("bob", "request KEY", "vouchers");
      await edit("vouchers", retain);
      return run("alice", "continue KEY", "vouchers");
    },
    code: "UKO_RETENTION_POLICY",
    next: [{ by: "alice", first: () => release("vouchers"), exit: 10, leaves: "pending_approval", requestedBy: "bob" }],
  },
  "the KMS twin was disabled": {
    name: "ledger",
    message: async () => {
      await run("bob", "request KEY", "ledger");
      await edit("ledger", { twin: { state: 2 } });
      return naming("alice", "ledger");
    },
    code: "UKO_TWIN_NOT_ACTIVE",
    next: [{ ...deactivates("alice"), first: () => edit("ledger", { twin: { state: 1 } }) }],
  },
  "a keystore holds the key again": {
    name: "cards",
    message: async () => {
      await destroy("cards");
      await advance("8d");
      await edit("cards", { material: "enabled" });
      return run("bob", "continue KEY", "cards");
    },
    code: "UKO_KEYSTORE_BLOCKS_REMOVAL",
    next: [{ by: "alice", exit: 0, leaves: "pending_destruction" }],
  },
  "a plan that a keystore blocks": {
    name: "cards",
    message: async () => {
      await destroy("cards");
      await advance("8d");
      await edit("cards", { material: "enabled" });
      return run("bob", "plan KEY", "cards");
    },
    next: [{ by: "alice", exit: 0, leaves: "pending_destruction" }],
  },
  "a sync brought the keystores in line": {
    name: "cards",
    message: async () => {
      await destroy("cards");
      await advance("8d");
      await edit("cards", { material: "enabled" });
      return run("alice", "sync KEY", "cards");
    },
    next: [{ ...removes, ...later("8d") }],
  },
  "KMS wants another person than the one who set the window": {
    name: "ledger",
    message: async () => {
      await run("bob", "request KEY", "ledger");
      const recordId = await recordOf("ledger");
      // Alice's own request to destroy fails, so Bob's is the one on file.
      await forbid("K4");
      await run("alice", "continue KEY --consent ID", "ledger", recordId);
      await run("bob", "request KEY", "ledger");
      await advance("5h");
      return naming("alice", "ledger");
    },
    code: "UKO_KMS_SETTER",
    next: [{ by: "alice", exit: 0, leaves: "pending_approval", requestedBy: "alice" }],
  },
  "KMS wants another person, and the record is an answer": {
    name: "ledger",
    message: async () => {
      await deactivate("ledger");
      await run("bob", "consent KEY ID", "ledger", await recordOf("ledger"));
      await advance("5h");
      return naming("alice", "ledger");
    },
    code: "UKO_KMS_SETTER",
    next: [{ by: "carol", exit: 11, leaves: "pending_destruction" }, reactivates],
  },
  "who set the KMS window is unknown": {
    name: "ledger",
    message: async () => {
      await deactivate("ledger");
      await run("alice", "withdraw KEY", "ledger");
      await run("bob", "request KEY", "ledger");
      await advance("5h");
      return naming("alice", "ledger");
    },
    code: "UKO_KMS_SETTER_UNKNOWN",
    next: [reactivates],
  },
  "the KMS window lapsed": {
    name: "ledger",
    message: async () => {
      await deactivate("ledger");
      await advance("8d");
      return run("bob", "continue KEY", "ledger");
    },
    code: "UKO_KMS_WINDOW_LAPSED",
    next: [reactivates],
  },
  "the right to ask is missing": {
    name: "payroll",
    message: () => run("erin", "request KEY", "payroll"),
    code: "UKO_RIGHTS_MISSING",
    next: [asksAgain("bob")],
  },
  "the right to deactivate is missing": {
    name: "payroll",
    message: async () => {
      await run("carol", "request KEY", "payroll");
      return naming("bob", "payroll");
    },
    code: "UKO_RIGHTS_MISSING",
    next: [asksAgain("bob"), deactivates("alice")],
  },
  "the right to withdraw is missing": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("erin", "withdraw KEY", "payroll");
    },
    code: "UKO_RIGHTS_MISSING",
    next: [withdraws("bob")],
  },
  "the right to reactivate is missing": {
    name: "payroll",
    message: async () => {
      await deactivate("payroll");
      return run("erin", "reactivate KEY", "payroll");
    },
    code: "UKO_RIGHTS_MISSING",
    next: [reactivates],
  },
  "the right to sync is missing": {
    name: "payroll",
    message: () => run("erin", "sync KEY", "payroll"),
    code: "UKO_RIGHTS_MISSING",
    next: [{ by: "alice", exit: 0, leaves: "active" }],
  },
  "the right to remove is missing": {
    name: "payroll",
    message: async () => {
      await destroy("payroll");
      await advance("31d");
      return run("alice", "continue KEY", "payroll");
    },
    code: "UKO_RIGHTS_MISSING",
    next: [removes],
  },
  "the KMS right to set the window is missing": {
    name: "ledger",
    message: async () => {
      await run("bob", "request KEY", "ledger");
      await forbid("M14");
      return naming("alice", "ledger");
    },
    code: "UKO_RIGHTS_MISSING",
    next: [asksAgain("alice"), deactivates("carol")],
  },
  "the right to answer is missing": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("erin", "consent KEY ID", "payroll", await recordOf("payroll"));
    },
    code: "UKO_RIGHTS_MISSING",
    next: [asksAgain("alice")],
  },
};

it.each(Object.entries(cases))("%s", (_title, each) => runCommandsOf(each));
