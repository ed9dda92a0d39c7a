import { expect, it } from "vitest";
import { startEmulator } from "../../provider/emulator/start.ts";
import { generateSeed, parseGeneratedSize } from "../../provider/emulator/store/generate.ts";
import { keystoreTypes } from "../../provider/emulator/store/model.ts";

it("generates the same world for the same size", () => {
  const size = parseGeneratedSize("keys=60,vaults=2,kms=10,blocked=5");
  expect(size).toEqual({ keys: 60, vaults: 2, kms: 10, blocked: 5 });
  expect(generateSeed(size)).toEqual(generateSeed(size));
  expect(parseGeneratedSize("vaults=12")).toEqual({ keys: 100, vaults: 12, kms: 0, blocked: 0 });
});

it("starts with keys in five kinds of keystore, and with keys that are blocked in each way", async () => {
  const seed = generateSeed({ keys: 200, vaults: 3, kms: 20, blocked: 10 });
  const emulator = await startEmulator({ seed });
  try {
    const { world } = emulator;
    const keys = [...world.keys.values()];
    const types = keys.flatMap(({ placements }) =>
      placements.map((each) => world.keystores.get(each.keystoreId)?.type),
    );
    expect(new Set(types)).toEqual(new Set(keystoreTypes));
    expect(keys.filter(({ state }) => state === "pre_activation").length).toBeGreaterThan(5);
    expect(keys.filter(({ state }) => state === "deactivated").length).toBeGreaterThan(5);
    const isIn = (name: string) => (key: (typeof keys)[number]) =>
      key.placements.some(({ keystoreId }) => world.keystores.get(keystoreId)?.name.endsWith(name));
    expect({
      retained: keys.filter(({ resources }) => resources.some((each) => each.preventKeyDeletion)).length,
      held: keys.filter(({ tags }) => tags.some(({ name }) => name === "hold")).length,
      compromised: keys.filter(({ state }) => state === "compromised").length,
      unreachable: keys.filter(isIn("-unreachable")).length,
      refusing: keys.filter(isIn("-refusing")).length,
    }).toEqual({ retained: 2, held: 2, compromised: 2, unreachable: 2, refusing: 2 });
    const kmsKeys = [...world.kmsKeys.values()].filter(({ backingKeyOf }) => backingKeyOf === undefined);
    expect(kmsKeys.map(({ dualAuth }) => dualAuth === undefined).filter(Boolean)).toHaveLength(2);
  } finally {
    await emulator.close();
  }
});

it.each([
  ["keys=many", /keys is a number from 0 to 20000/],
  ["vaults=0", /vaults is a number from 1 to 100/],
  ["people=3", /"people" cannot be generated. Use keys, vaults, kms, blocked/],
  ["keys=10,blocked=11", /blocked counts keys/],
])("refuses %s", (text, message) => {
  expect(() => parseGeneratedSize(text)).toThrow(message);
});
