/**
 * A person plants variables in another person's environment, so that the API key goes to a server of their own. One
 * variable sends nothing (test/services/http/allowed-hosts.test.ts). Two send the key, but each run first names the host.
 */

import { expect, test } from "vitest";
import { openLogin } from "../../provider/compose/operations.ts";
import { openWorld } from "../../provider/compose/world.ts";

const instanceId = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
const own = { UKO_INSTANCE_ID: instanceId, UKO_REGION: "eu-de", UKO_API_KEY_FILE: "/nowhere/api-key" };
const planted = { UKO_IAM_ENDPOINT: "http://127.0.0.1:8080" };
const allowed = { ...planted, UKO_ALLOWED_HOSTS: "127.0.0.1" };
const line =
  "This run sends its credential to 127.0.0.1:8080, which is not a documented host of IBM (UKO_ALLOWED_HOSTS).";

const opened = [
  [
    "a run",
    (environment: object, note: (line: string) => void) => openWorld({ ...own, ...environment }, {}, outputs(note)),
  ],
  ["a log-in", (environment: object, note: (line: string) => void) => openLogin({ ...environment }, outputs(note))],
] as const;
const outputs = (note: (line: string) => void) => ({ progress: { report: () => {} }, note });

test.each(opened)("%s sends nothing for one variable", async (_what, open) => {
  expect(() => open(planted, () => {})).toThrow(/127\.0\.0\.1:8080 may not receive a credential/);
});

test.each(opened)("%s names the host before it reads the credential, each host once", async (_what, open) => {
  const lines: string[] = [];
  await open({ ...allowed, UKO_KMS_ENDPOINT: "http://127.0.0.1:8080" }, (said) => lines.push(said)).close();
  expect(lines).toEqual([line]);
});

test("a run against documented hosts alone names none", async () => {
  const lines: string[] = [];
  await openWorld(
    own,
    {},
    outputs((said) => lines.push(said)),
  ).close();
  expect(lines).toEqual([]);
});
