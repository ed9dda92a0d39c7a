/** The instance check before a container is read. `kind.test.ts` covers the observations. */

import { describe, expect, test } from "vitest";
import { ringKind } from "../../../provider/engine/container/kind.ts";
import { observeContainer } from "../../../provider/engine/container/observe.ts";
import type { ContainerRef } from "../../../provider/engine/ports/containers.ts";
import { answered, aWorld, ref as keyRef } from "../fakes.ts";
import { codeOf, options } from "../harness.ts";

const { instanceId, vaultId } = keyRef;
const kinds = ["vault", "keystore", "template"] as const satisfies readonly ContainerRef["kind"][];

describe.each(kinds)("an observation of a %s", (kind) => {
  const ref: ContainerRef = { kind, instanceId, vaultId, id: kind === "vault" ? vaultId : `${kind}-1` };

  test("sends no call to another instance", async () => {
    const observation = observeContainer(aWorld(), { ...ref, instanceId: "another" }, true, options);
    await expect(observation).rejects.toMatchObject({
      code: "UKO_INSTANCE_MISMATCH",
      summary: `The ${kind} ${ref.id} belongs to instance another, but this run is connected to instance ${instanceId}`,
    });
  });

  test("does not conclude a deletion from another instance's 404", async () => {
    const absent = {
      async read() {
        Object.assign(world.session, { instanceId: "another" });
        return answered(undefined);
      },
    };
    const world = aWorld({
      ...{ vaults: absent, keystores: absent, templates: absent },
      containers: { vaultExists: async () => "found" },
      session: { isInstanceProven: async () => true },
    });
    expect(await codeOf(observeContainer(world, ref, true, options))).toBe("UKO_INSTANCE_MISMATCH");
  });
});

test.each([
  ["not_found", []],
  ["unknown", ["one that this identity does not see"]],
] as const)(
  "a key ring may belong to a keystore of a vault that the role does not cover: %s",
  async (vault, keystores) => {
    const world = aWorld({
      containers: { vaultExists: async () => vault },
      keystores: { list: async () => [] },
      kmsKeys: { rings: async () => ["spare"], list: async () => [] },
    });

    expect(await ringKind.observe(world, { instanceId, ring: "spare" }, false, options)).toMatchObject({
      kind: "present",
      observation: { ring: "spare", keys: [], keystores },
    });
  },
);
