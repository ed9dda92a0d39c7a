/** A key follows its template into new keystores, and is never removed from one as a side effect. */

import { expect, test } from "vitest";
import type { ManagedKeyState } from "../../../provider/resources/managed-key/schema.ts";
import {
  checked,
  codeOf,
  inputsOf,
  options,
  type Person,
  type RunChoices,
  useEngineWorld,
  withKeys,
} from "../../engine/harness.ts";

const uko = useEngineWorld();

const cards = { template: "cards", label: "cards", align: true };

const update = (state: ManagedKeyState, who?: Person, choices?: RunChoices) => uko.update(state, cards, who, choices);

async function read(state: ManagedKeyState): Promise<ManagedKeyState> {
  const found = await uko.run("bob").handlers.read(state, options);
  if (found === undefined) throw new Error("gone");
  return found.state;
}

const differs = (state: ManagedKeyState) => uko.differs(state, cards);

function aws() {
  const keystore = uko.test.emulator.world.keystores.get("ce110000-0000-4000-8000-000000000002");
  if (keystore === undefined) throw new Error("no keystore");
  return keystore;
}

/** A second keystore joins the template's group. */
function addKeystore(): void {
  const id = "ce110000-0000-4000-8000-00000000000a";
  uko.test.emulator.world.keystores.set(id, { ...aws(), id, name: "aws-paris" });
}

const namesIn = (state: ManagedKeyState) => state.keystores.map(({ name }) => name).sort();

test("the next update aligns a key that the service calls unaligned, once", async () => {
  const state = await uko.make(cards);
  expect(state).toMatchObject({ alignment: "aligned", align: true });
  addKeystore();
  const unaligned = await read(state);
  expect(unaligned.alignment).toBe("unaligned");
  expect(differs(unaligned)).toEqual(["align"]);
  const seq = await uko.lastSeq();
  const aligned = await update(unaligned);
  expect(aligned).toMatchObject({ state: { alignment: "aligned" }, warnings: [] });
  expect(namesIn(aligned.state)).toEqual(["aws-frankfurt", "aws-paris"]);
  expect(differs(aligned.state)).toEqual([]);
  await update(aligned.state);
  expect(await uko.effects(seq)).toEqual(["updateManagedKeyFromTemplate"]);
});

test("without align nothing is aligned, and no difference shows", async () => {
  const state = await uko.make({ ...cards, align: false });
  addKeystore();
  const { handlers } = uko.run("carol");
  const inputs = checked(handlers, inputsOf({ ...cards, align: false, description: "new" }));
  expect(handlers.diff(await read(state), inputs)).toEqual(["description"]);
  expect((await handlers.update(state, inputs, options)).state.alignment).toBe("unaligned");
});

test("an alignment that would cut the key off from a keystore is refused, and the keystore named", async () => {
  const state = await uko.make(cards);
  aws().groups = [];
  addKeystore();
  const seq = await uko.lastSeq();
  await expect(update(await read(state))).rejects.toMatchObject({
    code: "UKO_KEY_WOULD_BE_UNLINKED",
    summary: expect.stringContaining('keystore "aws-frankfurt"'),
  });
  expect(await uko.effects(seq)).toEqual([]);
  expect(namesIn(await read(state))).toEqual(["aws-frankfurt"]);
});

test("a template with another initial state aligns no active key, since that may deactivate it", async () => {
  const state = await uko.make(cards);
  addKeystore();
  Object.assign(uko.test.emulator.world.templates.get(state.templateId) ?? {}, { keyState: "pre_activation" });
  const seq = await uko.lastSeq();
  await expect(update(await read(state))).rejects.toMatchObject({
    code: "UKO_KEY_WOULD_BE_UNLINKED",
    summary: expect.stringContaining("may deactivate it"),
  });
  expect(await uko.effects(seq)).toEqual([]);
});

test("while a record is pending the key stays unchanged, with a warning", async () => {
  const state = await uko.make(cards);
  addKeystore();
  await uko.run("bob").operations.request(uko.ref(state.keyId), undefined, options);
  const seq = await uko.lastSeq();
  const { warnings } = await update(await read(state));
  expect(warnings).toEqual([expect.stringContaining("was not changed: IBMid-550000BOB")]);
  expect(await uko.effects(seq)).toEqual([]);
});

test("a key that is not active is not aligned, and shows no difference", async () => {
  const state = await uko.make(cards);
  addKeystore();
  await uko.test.as("carol").step(state.keyId, "deactivate");
  const seq = await uko.lastSeq();
  const deactivated = await read(state);
  expect(differs(deactivated)).toEqual([]);
  await update(deactivated);
  expect(await uko.effects(seq)).toEqual([]);
});

test("without the role, refused, deleted, or changed again and again: nothing is aligned", async () => {
  const state = await uko.make(cards);
  addKeystore();
  const template = uko.test.emulator.world.templates.get(state.templateId);
  if (template === undefined) throw new Error("no template");
  template.archived = true;
  expect(await codeOf(update(state))).toBe("UKO_SERVICE_REFUSED");
  template.archived = false;
  await uko.fault({ operation: "updateManagedKeyFromTemplate", status: 403 });
  await expect(update(state)).rejects.toMatchObject({
    code: "UKO_RIGHTS_MISSING",
    detail: expect.stringContaining("Key Custodian - Deployer"),
  });
  await uko.clearFaults();
  const wrap = withKeys(() => ({ align: async () => ({ kind: "lost", reason: "cut" }) }));
  expect(await codeOf(update(state, "carol", { wrap }))).toBe("UKO_CHANGED_MEANWHILE");
  expect((await read(state)).alignment).toBe("unaligned");
});

test("a lost response leads to a read, not to a second alignment", async () => {
  const state = await uko.make(cards);
  addKeystore();
  const seq = await uko.lastSeq();
  await uko.fault({ operation: "updateManagedKeyFromTemplate", times: 1, drop: "after" });
  expect((await update(state)).state.alignment).toBe("aligned");
  expect(await uko.effects(seq)).toEqual(["updateManagedKeyFromTemplate"]);
});
