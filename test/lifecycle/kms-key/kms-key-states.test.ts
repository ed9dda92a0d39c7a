import { describe, expect, it } from "vitest";
import {
  kmsKeyActions,
  kmsKeyStateOf,
  kmsKeyStates,
  kmsKeyTable,
  kmsLifecycleStates,
} from "../../../provider/lifecycle/kms-key/kms-key-states.ts";

/** By hand from kms-v2-and-iam.md 2.5, 2.6, 2.10, 3.1 and 10 no. 9. */
const permitted = new Map([
  ["active set_for_deletion", "active"],
  ["active unset_for_deletion", "active"],
  ["active destroy", "destroyed"],
  ["suspended destroy", "destroyed"],
  ["deactivated destroy", "destroyed"],
  ["destroyed restore", "active"],
]);

describe("the table of KMS key states", () => {
  it.each(kmsKeyStates.flatMap((state) => kmsKeyActions.map((action) => [state, action] as const)))(
    "%s, %s",
    (state, action) => {
      const cell = kmsKeyTable[state][action];
      expect(cell.source).toMatch(/^kms-v2-and-iam\.md \d/);
      expect("next" in cell ? cell.next : undefined).toBe(permitted.get(`${state} ${action}`));
    },
  );

  it("requires a Manager for destroy and restore, and a Writer or Manager for set and unset", () => {
    const rolesOf = (state: "active" | "destroyed", action: (typeof kmsKeyActions)[number]) => {
      const cell = kmsKeyTable[state][action];
      return "right" in cell ? cell.right.roles : [];
    };
    expect(rolesOf("active", "destroy")).toEqual(["KMS Manager"]);
    expect(rolesOf("destroyed", "restore")).toEqual(["KMS Manager"]);
    expect(rolesOf("active", "set_for_deletion")).toEqual(["KMS Writer", "KMS Manager"]);
    expect(rolesOf("active", "unset_for_deletion")).toEqual(["KMS Writer", "KMS Manager"]);
  });

  it("reads KMS's state numbers, which skip 4", () => {
    const words = [0, 1, 2, 3, 4, 5, 6, -1].map(kmsKeyStateOf);
    expect(words).toEqual([...kmsKeyStates.slice(0, 4), "unrecognized", "destroyed", "unrecognized", "unrecognized"]);
    for (const word of words) expect(kmsLifecycleStates).toContain(word);
  });
});
