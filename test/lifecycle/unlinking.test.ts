import { describe, expect, it } from "vitest";
import { keyStates, type ObservedState } from "../../provider/lifecycle/managed-key-states.ts";
import {
  type DistributedKey,
  type Distribution,
  newlyUnlinked,
  unlinkedBy,
} from "../../provider/lifecycle/unlinking.ts";

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
const states: readonly ObservedState[] = [...keyStates, "unrecognised"];
const isInstalled = (state: ObservedState): boolean =>
  !["pre_activation", "destroyed", "destroyed_compromised"].includes(state);

describe("unlinkedBy", () => {
  it.each(states)("counts a key in state %s only where it may be installed", (state) => {
    const key = aDistributedKey({ state });
    expect(unlinkedBy([key], narrowed)).toEqual(isInstalled(state) ? [{ key, keystoreId: "ks-1" }] : []);
  });

  it("lets a key be that is meant to be where it is", () => {
    expect(unlinkedBy([aDistributedKey()], distribution())).toEqual([]);
  });

  it.each([
    ["the keystore no longer has the group", narrowed],
    ["the template has another group", distribution({ templates: [template({ group: "other" })] })],
    ["the types differ", distribution({ templates: [template({ type: "google_kms" })] })],
    ["the template is not told", distribution({ templates: [] })],
    ["the keystore is not told", distribution({ keystores: [] })],
  ])("counts a key where %s", (_why, told) => {
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

  it.each(states)("counts what a narrowed group takes from a key in state %s", (state) => {
    const each = aDistributedKey({ state });
    expect(newlyUnlinked([each], distribution(), narrowed)).toHaveLength(isInstalled(state) ? 1 : 0);
  });

  it("lets a change pass that takes nothing away", () => {
    const widened = distribution({ keystores: [keystore({ groups: ["cards", "spare", "new"] })] });
    const unused = distribution({ keystores: [keystore({ groups: ["cards"] })] });
    for (const after of [distribution(), widened, unused]) {
      expect(newlyUnlinked([key], distribution(), after)).toEqual([]);
    }
  });

  it("lets a key be that was unlinked before", () => {
    const other = distribution({ keystores: [keystore({ groups: ["other"] })] });
    expect(newlyUnlinked([key], narrowed, other)).toEqual([]);
  });

  it("counts a template's new group where the keystore does not list it", () => {
    const listed = distribution({ templates: [template({ group: "spare" })] });
    const unlisted = distribution({ templates: [template({ group: "other" })] });
    expect(newlyUnlinked([key], distribution(), listed)).toEqual([]);
    expect(newlyUnlinked([key], distribution(), unlisted)).toHaveLength(1);
  });

  describe("where the key's template is not told, as a shadow template is not", () => {
    const untold = aDistributedKey({ templateId: "shadow" });

    it("counts the key if the keystore loses a group or is no longer told: it may be there because of it", () => {
      const gone = distribution({ keystores: [] });
      for (const after of [narrowed, gone]) expect(newlyUnlinked([untold], distribution(), after)).toHaveLength(1);
    });

    it("lets a change pass that is not about its keystore", () => {
      const widened = distribution({ keystores: [keystore({ groups: ["cards", "spare", "new"] })] });
      const before = distribution({ keystores: [keystore(), keystore({ id: "ks-2" })] });
      const beside = distribution({ keystores: [keystore(), keystore({ id: "ks-2", groups: [] })] });
      expect(newlyUnlinked([untold], distribution(), widened)).toEqual([]);
      expect(newlyUnlinked([untold], before, beside)).toEqual([]);
    });
  });

  describe("where a keystore that the key refers to is not told", () => {
    const untold = aDistributedKey({ keystoreIds: ["ks-9"] });

    it("counts the key if its template's group changes", () => {
      const changed = distribution({ templates: [template({ group: "spare" })] });
      const gone = distribution({ templates: [] });
      for (const after of [changed, gone]) expect(newlyUnlinked([untold], distribution(), after)).toHaveLength(1);
    });

    it("lets a change of another keystore pass", () => {
      expect(newlyUnlinked([untold], distribution(), narrowed)).toEqual([]);
    });
  });
});
