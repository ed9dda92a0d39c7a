import { describe, expect, it } from "vitest";
import {
  type DistributedKey,
  type Distribution,
  newlyUnlinked,
  unlinkedBy,
} from "../../../provider/lifecycle/container/unlinking.ts";
import { keyStates, type ObservedState } from "../../../provider/lifecycle/vocabulary/managed-key-states.ts";

const aDistributedKey = (over: Partial<DistributedKey> = {}): DistributedKey => ({
  vaultId: "v",
  keyId: "k",
  label: "payroll",
  state: "active",
  templateId: "t-1",
  keystoreIds: ["ks-1"],
  ...over,
});
const keystore = (over: Partial<Distribution["keystores"][number]> = {}) => ({
  id: "ks-1",
  type: "aws_kms",
  groups: ["cards", "spare"],
  ...over,
});
const template = (over: Partial<Distribution["templates"][number]> = {}) => ({
  id: "t-1",
  type: "aws_kms",
  group: "cards",
  ...over,
});
const distribution = (over: Partial<Distribution> = {}): Distribution => ({
  keystores: [keystore()],
  templates: [template()],
  ...over,
});
const narrowed = distribution({ keystores: [keystore({ groups: ["spare"] })] });
const states: readonly ObservedState[] = [...keyStates, "unrecognized"];
const isInstalled = (state: ObservedState): boolean =>
  !["pre_activation", "destroyed", "destroyed_compromised"].includes(state);

describe("unlinkedBy", () => {
  it.each(states)("counts a key in state %s only if the key may be installed", (state) => {
    const key = aDistributedKey({ state });
    expect(unlinkedBy([key], narrowed)).toEqual(isInstalled(state) ? [{ key, keystoreId: "ks-1" }] : []);
  });

  it.each([
    ["the keystore no longer has the group", narrowed],
    ["the template has another group", distribution({ templates: [template({ group: "other" })] })],
    ["the types differ", distribution({ templates: [template({ type: "google_kms" })] })],
    ["the template is unknown", distribution({ templates: [] })],
    ["the keystore is unknown", distribution({ keystores: [] })],
  ])("counts a key if %s", (_why, told) => {
    expect(unlinkedBy([aDistributedKey()], told)).toHaveLength(1);
  });

  it("names each keystore that would lose the key", () => {
    const two = distribution({ keystores: [keystore(), keystore({ id: "ks-2", groups: [] })] });
    const key = aDistributedKey({ keystoreIds: ["ks-1", "ks-2"] });
    expect(unlinkedBy([key], two)).toEqual([{ key, keystoreId: "ks-2" }]);
  });
});

describe("newlyUnlinked", () => {
  const key = aDistributedKey();

  it.each(states)("counts the keys that a narrowed group removes, in state %s", (state) => {
    const each = aDistributedKey({ state });
    expect(newlyUnlinked([each], distribution(), narrowed)).toHaveLength(isInstalled(state) ? 1 : 0);
  });

  it("does not count a key that was unlinked before", () => {
    const other = distribution({ keystores: [keystore({ groups: ["other"] })] });
    expect(newlyUnlinked([key], narrowed, other)).toEqual([]);
  });

  it("counts a template's new group if the keystore does not list it", () => {
    const listed = distribution({ templates: [template({ group: "spare" })] });
    const unlisted = distribution({ templates: [template({ group: "other" })] });
    expect(newlyUnlinked([key], distribution(), listed)).toEqual([]);
    expect(newlyUnlinked([key], distribution(), unlisted)).toHaveLength(1);
  });

  describe("if the key's template is unknown, as a shadow template is", () => {
    const untold = aDistributedKey({ templateId: "shadow" });

    it("counts the key if the keystore loses a group or becomes unreadable: the key may depend on that group", () => {
      const gone = distribution({ keystores: [] });
      for (const after of [narrowed, gone]) expect(newlyUnlinked([untold], distribution(), after)).toHaveLength(1);
    });

    it("allows a change that does not affect its keystore", () => {
      const widened = distribution({ keystores: [keystore({ groups: ["cards", "spare", "new"] })] });
      const before = distribution({ keystores: [keystore(), keystore({ id: "ks-2" })] });
      const changed = distribution({ keystores: [keystore(), keystore({ id: "ks-2", groups: [] })] });
      expect(newlyUnlinked([untold], distribution(), widened)).toEqual([]);
      expect(newlyUnlinked([untold], before, changed)).toEqual([]);
    });
  });

  describe("if a keystore that the key refers to is unknown", () => {
    const untold = aDistributedKey({ keystoreIds: ["ks-9"] });

    it("counts the key if its template's group changes", () => {
      const changed = distribution({ templates: [template({ group: "spare" })] });
      const gone = distribution({ templates: [] });
      for (const after of [changed, gone]) expect(newlyUnlinked([untold], distribution(), after)).toHaveLength(1);
    });

    it("allows a change of another keystore", () => {
      expect(newlyUnlinked([untold], distribution(), narrowed)).toEqual([]);
    });
  });
});
