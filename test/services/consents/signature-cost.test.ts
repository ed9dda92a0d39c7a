import { expect, test } from "vitest";
import { parseSigners } from "../../../provider/services/consents/allowed-signers.ts";
import { checkSignaturesBy } from "../../../provider/services/consents/consent-signatures.ts";
import { encodePlace, listOf } from "../../../provider/services/consents/signed-list.ts";
import { makeSshKey, type SshKeyType, signBySsh, signerLine } from "../../support/ssh-keys.ts";

const author = "IBMid-550000ALICE";
const signedAtMs = Date.UTC(2026, 10, 24, 14, 22);

/** Signs `count` statements with signatures over lists of `perList`, and returns the CPU time of one verification in ms. */
function cpuMsPerKey(type: SshKeyType, count: number, perList: number): number {
  const key = makeSshKey(type);
  const isGenuine = checkSignaturesBy([parseSigners(`${signerLine(author, key)}\n`)]);
  const consents = Array.from({ length: count / perList }, (_, list) => {
    const statements = Array.from({ length: perList }, (_each, at) => `["uko-consent-1",${list},${at}]`);
    const { root, places } = listOf(statements);
    const bytes = signBySsh(key, JSON.stringify(["uko-consents-1", signedAtMs / 1000, root.toString("hex")]));
    return statements.map((statement, at) => {
      const place = places[at];
      return { statement, signature: { signedAtMs, path: place === undefined ? "" : encodePlace(place), bytes } };
    });
  }).flat();
  const before = process.cpuUsage();
  const genuine = consents.filter(({ statement, signature }) =>
    isGenuine(statement, { author, signature, atMs: signedAtMs }),
  );
  const { user, system } = process.cpuUsage(before);
  expect(genuine).toHaveLength(count);
  return (user + system) / 1000 / count;
}

test.each<[SshKeyType, number, number]>([
  ["ssh-ed25519", 200, 1],
  ["sk-ssh-ed25519@openssh.com", 200, 1],
  ["sk-ecdsa-sha2-nistp256@openssh.com", 200, 1],
  ["sk-ssh-ed25519@openssh.com", 5000, 5000],
])("%s: %i consents in lists of %i are verified in at most 1 ms of CPU a key", (type, count, perList) => {
  const cost = cpuMsPerKey(type, count, perList);
  if (process.env.UKO_TEST_TIMES === "1") console.log(`${type} ${count}/${perList}: ${cost.toFixed(3)} ms`);
  expect(cost).toBeLessThan(1);
});
