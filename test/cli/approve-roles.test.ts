/**
 * One approval of a generated world by a person with the role Key Custodian - Deployer who may only read in KMS. Of 300 keys,
 * 27 then lack a right: 12 are deactivated, and 15 have a backing KMS key with dual authorization.
 */

import path from "node:path";
import { expect, it } from "vitest";
import { generateSeed, parseGeneratedSize } from "../../provider/emulator/store/generate.ts";
import { linesIn } from "../support/json-lines.ts";
import { useCliStage } from "./cli-stage.ts";

const generated = generateSeed(parseGeneratedSize("keys=100"));
const seed = {
  ...generated,
  identities: (generated.identities ?? []).map((each) =>
    each.name === "Alice Example" ? { ...each, roles: ["KeyCustodianDeployer" as const, "ReaderPlus" as const] } : each,
  ),
};
const idsWhere = (holds: (key: NonNullable<typeof seed.keys>[number]) => boolean) =>
  (seed.keys ?? []).filter(holds).map(({ id }) => id);
const deactivated = idsWhere(({ state }) => state === "deactivated");
const underDualKms = idsWhere(({ dualAuthDelete }) => dualAuthDelete === true);

const { world, folder } = useCliStage({ seed });

it("leaves the keys for whose state or KMS rule the role is missing, and says which role each of them requires", async () => {
  for (const state of ["active", "deactivated", "pre_activation"])
    expect((await world.type("bob", `request --state ${state}`)).exitCode, state).toBe(0);
  await world.advance("1m");
  const file = path.join(folder, "report.jsonl");
  const { exitCode, out } = await world.type("alice", "approve --label *", undefined, { UKO_REPORT: file });
  expect(exitCode).toBe(13);
  expect(out).toContain(
    "missing right hs-crypto.managed-keys.deactivated-destroy. No approval of the deactivation by a second person is known.",
  );
  expect(out).toContain(
    "missing right hs-crypto.secrets.setkeyfordeletion. KMS dual authorization is on for the key, so its deactivation needs this right, which requires the role KMS Writer or KMS Manager.\n",
  );
  const rows = linesIn<{ readonly keyId: string; readonly code?: string }>(file);
  expect(rows).toHaveLength(100);
  const left = rows.flatMap(({ keyId, code }) => (code === undefined ? [] : [`${code} ${keyId}`]));
  expect(left.sort()).toEqual([...deactivated, ...underDualKms].map((id) => `UKO_RIGHTS_MISSING ${id}`).sort());
  expect([deactivated.length, underDualKms.length]).toEqual([4, 6]);
});
