import { describe, expect, it } from "vitest";
import {
  coolDownMs,
  keyActions,
  keyStates,
  managedKeyTable,
  rights,
} from "../../../provider/lifecycle/vocabulary/managed-key-states.ts";

/** Read from uko-v4.md 4.2 and 6 by hand: `state action -> next, by whom`; a cell that is not listed is refused. */
const golden = [
  "pre_activation update -> pre_activation, undoable, managed-keys.write",
  "pre_activation activate -> active, undoable, managed-keys.preactivation-activate",
  "pre_activation destroy -> destroyed, final, managed-keys.preactivation-destroy",
  "pre_activation sync -> pre_activation, undoable, managed-keys.distribute",
  "active update -> active, undoable, managed-keys.write",
  "active deactivate -> deactivated, undoable, managed-keys.active-deactivate",
  "active sync -> active, undoable, managed-keys.distribute",
  "deactivated update -> deactivated, undoable, managed-keys.write",
  "deactivated activate -> active, undoable, managed-keys.deactivated-reactivate",
  "deactivated destroy -> destroyed, final, managed-keys.deactivated-destroy",
  "deactivated sync -> deactivated, undoable, managed-keys.distribute",
  "destroyed sync -> destroyed, undoable, managed-keys.distribute",
  "destroyed remove -> absent, final, managed-keys.destroyed-remove",
];

describe("managedKeyTable", () => {
  const cells = keyStates.flatMap((state) => keyActions.map((action) => ({ state, action })));

  it("has exactly the transitions of the contract and refuses everything else", () => {
    const found = cells.flatMap(({ state, action }) => {
      const cell = managedKeyTable[state][action];
      if ("refused" in cell) return [];
      const how = cell.reversible ? "undoable" : "final";
      return [`${state} ${action} -> ${cell.next}, ${how}, ${cell.right.action.replace("hs-crypto.", "")}`];
    });
    expect(found).toEqual(golden);
  });

  it.each(cells)("names the contract's section for $state x $action", ({ state, action }) => {
    expect(managedKeyTable[state][action].source).toMatch(/^uko-v4\.md (4\.[1-5]|5|6|9)\b/);
  });

  it("deactivates only active keys, and destroys only pre_activation and deactivated keys", () => {
    const from = (action: "deactivate" | "destroy") =>
      keyStates.filter((state) => "next" in managedKeyTable[state][action]);
    expect(from("deactivate")).toEqual(["active"]);
    expect(from("destroy")).toEqual(["pre_activation", "deactivated"]);
  });

  it("assigns each right the roles of uko-v4.md 6 and kms-v2-and-iam.md 7.7", () => {
    const both = ["Key Custodian - Deployer", "Key Custodian - Creator"];
    expect(Object.fromEntries(Object.entries(rights).map(([name, right]) => [name, right.roles]))).toEqual({
      create: ["Key Custodian - Creator"],
      write: both,
      writeTags: both,
      distribute: both,
      activate: ["Key Custodian - Deployer"],
      reactivate: ["Key Custodian - Deployer"],
      deactivate: ["Key Custodian - Deployer"],
      destroyUnused: both,
      destroy: ["Vault Administrator"],
      remove: ["Vault Administrator"],
      setForDeletion: ["KMS Writer", "KMS Manager"],
    });
  });

  it("has the 4-hour cool-down of uko-v4.md 4.5", () => {
    expect(coolDownMs).toBe(14_400_000);
  });
});
