/** The emulator's table and the product's were written apart from the same documents; here they meet, cell by cell. */

import { expect, it } from "vitest";
import { cellOf, type KeyAction, keyStates } from "../../provider/emulator/key-states.ts";
import { type RoleName, rightsOfIdentity } from "../../provider/emulator/roles.ts";
import { keyActions, managedKeyTable, rights } from "../../provider/lifecycle/managed-key-states.ts";

const sameAction = {
  update: "patch",
  activate: "activate",
  deactivate: "deactivate",
  destroy: "destroy",
  sync: "sync",
  remove: "remove",
} as const satisfies Record<(typeof keyActions)[number], KeyAction>;

/** Cells in which the two differ on purpose, with the reason. */
const differences: Readonly<Record<string, string>> = {
  "destroyed/update": "unstated in 4.2: the emulator accepts it by a switch, the product never relies on it",
};

const cells = keyStates.flatMap((state) => keyActions.map((action) => [state, action] as const));

it.each(cells)("a key in %s: both say the same of %s, each with its source", (state, action) => {
  const served = cellOf(sameAction[action], state);
  const planned = managedKeyTable[state][action];
  expect(planned.source).toMatch(/uko-v4\.md/);
  if (served !== undefined) expect(served.source).toMatch(/uko-v4\.md/);
  const plannedNext = "refused" in planned ? "refused" : planned.next;
  const servedNext = served === undefined ? "refused" : served.to === "removed" ? "absent" : served.to;
  if (differences[`${state}/${action}`] !== undefined) {
    expect(servedNext).not.toBe(plannedNext);
    return;
  }
  expect(servedNext).toBe(plannedNext);
  if (!("refused" in planned)) expect(served?.rights).toContain(planned.right.action.replace("hs-crypto.", ""));
});

const roleNames = {
  "Key Custodian - Deployer": "KeyCustodianDeployer",
  "Key Custodian - Creator": "KeyCustodianCreator",
  "Vault Administrator": "VaultAdministrator",
  "KMS Writer": "Writer",
  "KMS Manager": "Manager",
} as const satisfies Record<string, RoleName>;

it.each(Object.values(rights))("both give $action to $roles", ({ action, roles }) => {
  const right = action.replace("hs-crypto.", "").replace("secrets.", "kms.");
  const holders = Object.entries(roleNames).filter(([, role]) =>
    rightsOfIdentity({ roles: [role], grants: [], denials: [] }).has(right),
  );
  expect(holders.map(([name]) => name).toSorted()).toEqual([...roles].toSorted());
});
