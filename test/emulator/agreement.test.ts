/** The emulator's table and the product's were written apart from the same documents; here they meet, cell by cell. */

import { describe, expect, it } from "vitest";
import { type KmsAction, kmsCellOf } from "../../provider/emulator/kms/key-states.ts";
import { effectIfAllowed, type KeyAction, keyStates } from "../../provider/emulator/store/key-states.ts";
import type { KmsKeyState as ServedState } from "../../provider/emulator/store/model.ts";
import { type RoleName, rightsOfIdentity } from "../../provider/emulator/store/roles.ts";
import {
  kmsKeyActions,
  kmsKeyStates,
  kmsKeyTable,
  kmsRights,
} from "../../provider/lifecycle/kms-key/kms-key-states.ts";
import { keyActions, managedKeyTable, rights } from "../../provider/lifecycle/vocabulary/managed-key-states.ts";
import { stageKms } from "./kms-requests.ts";

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
  const served = effectIfAllowed(sameAction[action], state);
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
  "KMS Reader": "Reader",
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

/** Each holds what those before it hold; the product names the least role for reading. */
const kmsRoles = ["KMS Reader", "KMS Writer", "KMS Manager"] as const;

describe("a KMS key", () => {
  const { bob, carol, act, create, look, world } = stageKms();

  const sameKmsAction = {
    set_for_deletion: "setKeyForDeletion",
    unset_for_deletion: "unsetKeyForDeletion",
    destroy: "delete",
    restore: "restore",
  } as const satisfies Record<(typeof kmsKeyActions)[number], KmsAction>;

  /** The product reads a number that the service never showed; the emulator serves none such (kms-v2-and-iam.md 3). */
  const served = { active: 1, suspended: 2, deactivated: 3, destroyed: 5 } as const satisfies Partial<
    Record<(typeof kmsKeyStates)[number], ServedState>
  >;
  type Word = keyof typeof served;
  const isServed = (state: (typeof kmsKeyStates)[number]): state is Word => state in served;
  const wordOf = (number: unknown) => Object.entries(served).find(([, state]) => state === number)?.[0];

  const kmsCells = kmsKeyStates.flatMap((state) => kmsKeyActions.map((action) => [state, action] as const));

  it.each(kmsCells)("in %s: both say the same of %s, each with its source", (state, action) => {
    const planned = kmsKeyTable[state][action];
    const cell = isServed(state) ? kmsCellOf(sameKmsAction[action], served[state]) : undefined;
    expect(planned.source).toMatch(/^kms-v2-and-iam\.md \d/);
    if (cell !== undefined) expect(cell.source).toMatch(/^kms-v2-and-iam\.md \d/);
    expect("next" in planned ? planned.next : "refused").toBe(cell === undefined ? "refused" : wordOf(cell.to));
  });

  /** By the service's own calls, under dual authorization; set by Bob if the second person takes the action. */
  const bring = {
    active: async () => (await create()).id,
    suspended: async () => {
      const { id } = await create();
      await act(id, "disable");
      return id;
    },
    deactivated: async () => {
      const { id } = await create({ expirationDate: "2026-11-24T13:00:00Z" });
      await world.advance("2h");
      return id;
    },
    destroyed: async () => {
      const { id } = await create();
      await bob.kms("DELETE", `/keys/${id}`);
      return id;
    },
  } as const satisfies Record<Word, () => Promise<string>>;

  const send = {
    set_for_deletion: (id: string) => act(id, "setKeyForDeletion"),
    unset_for_deletion: (id: string) => act(id, "unsetKeyForDeletion"),
    destroy: (id: string) => carol.kms("DELETE", `/keys/${id}`),
    restore: (id: string) => bob.kms("POST", `/keys/${id}/restore`),
  } as const satisfies Record<(typeof kmsKeyActions)[number], unknown>;

  const drivable = kmsCells.flatMap(([state, action]) => (isServed(state) ? [[state, action] as const] : []));

  it.each(drivable)("in %s: the emulator does on %s what the product's table says", async (state, action) => {
    const id = await bring[state]();
    if (action !== "destroy") await world.control(`keys/${id}`, { backingKey: { dualAuthDelete: true } });
    await world.advance("1m");
    const before = (await look(id)).state;
    expect(wordOf(before)).toBe(state);
    const { status } = await send[action](id);
    const planned = kmsKeyTable[state][action];
    const isPlanned = "next" in planned;
    expect(status < 300, `HTTP ${status}`).toBe(isPlanned);
    expect(wordOf((await look(id)).state)).toBe(isPlanned ? planned.next : state);
    if (!isPlanned && planned.source.includes("410")) expect(status).toBe(410);
  });

  it.each(Object.values(kmsRights))("both give $action to $roles, or to roles above", ({ action, roles }) => {
    const right = `kms.${action.replace("secrets.", "")}`;
    const [, ...aboveReader] = kmsRoles;
    const expected = roles.some((role) => role === "KMS Reader") ? kmsRoles : aboveReader.slice(-roles.length);
    const holders = kmsRoles.filter((name) =>
      rightsOfIdentity({ roles: [roleNames[name]], grants: [], denials: [] }).has(right),
    );
    expect(holders).toEqual(expected);
    expect(holders).toEqual(expect.arrayContaining([...roles]));
  });
});
