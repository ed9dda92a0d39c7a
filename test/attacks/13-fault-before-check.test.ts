/** Point 13: a passing fault at the check of a mistyped instance does not switch the check off for the whole run. */

import { expect, test } from "vitest";
import type { Keystores } from "../../provider/engine/ports/containers.ts";
import { UkoError } from "../../provider/errors.ts";
import { createSession } from "../../provider/services/session.ts";

const typo = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2f";
const answering = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
const options = { signal: new AbortController().signal };

/** A service whose list of keystores fails once with this code. */
function failingOnce(code: "UKO_SERVICE_UNAVAILABLE" | "UKO_RIGHTS_MISSING") {
  const lists: string[] = [];
  const list = async () => {
    lists.push("list");
    if (lists.length === 1) throw new UkoError(code);
    return [{ variant: "internal", fields: { ibm_instance_id: answering } }];
  };
  const session = createSession({
    instanceId: typo,
    http: { serviceTimeMs: () => undefined },
    tokens: { actor: async () => ({ displayName: "" }), facts: () => ({ isRenewed: false }) },
    endpoints: { instance: async () => ({ kind: "unproven" }) },
    keystores: () => ({ list }) as unknown as Pick<Keystores, "list">,
  });
  return { session, lists };
}

test("the next write asks again, and is refused", async () => {
  const { session } = failingOnce("UKO_SERVICE_UNAVAILABLE");
  await session.requireOwnInstance(options);
  await expect(session.requireOwnInstance(options)).rejects.toThrow("[UKO_INSTANCE_MISMATCH]");
});

test("a missing right lasts: the keystores are listed once", async () => {
  const { session, lists } = failingOnce("UKO_RIGHTS_MISSING");
  await session.requireOwnInstance(options);
  await session.requireOwnInstance(options);
  expect(lists).toEqual(["list"]);
});
