/** The page "Waiting for you" with more keys than a person reads one by one. */

import { expect, it } from "vitest";
import { generateSeed } from "../../provider/emulator/store/generate.ts";
import type { CliTestWorld } from "../cli/harness.ts";
import { explainVerdict } from "../support/oracle.ts";
import { hiddenIn, type TestConsole, useTwoPeople } from "./console-world.ts";

const clock = { start: "2026-11-24T14:22:00Z", frozen: true };
const generated = generateSeed({ keys: 60, vaults: 1, kms: 0, blocked: 0 });
const seed = { ...generated, clock, keys: generated.keys?.filter(({ template }) => template === "aws-kms") };

let world: CliTestWorld;
let carol: TestConsole;
let bob: TestConsole;
useTwoPeople(
  ["carol", "bob"],
  (opened, consoles) => {
    world = opened;
    [carol, bob] = consoles;
  },
  { seed },
);

it("shows one line for many keys that wait alike, and offers the requester an approved step by its name", async () => {
  const { exitCode } = await world.uko("carol", "request --vault payments --label *-000* --state active --yes");
  expect(exitCode).toBe(0);
  await world.advance("1m");
  const own = (await carol.open("/waiting")).text;
  const [, keys = ""] = /<a href="\/keys\?state=pending_approval">(\d+) keys<\/a>/.exec(own) ?? [];
  expect(Number(keys)).toBeGreaterThan(5);
  expect(own.match(/<tbody[\s\S]*<\/tbody>/)?.[0].match(/<tr/g)).toHaveLength(1);

  const [, address = ""] = /action="(\/requests\/store\/[^"]+)"/.exec((await bob.open("/waiting")).text) ?? [];
  const review = (await bob.submit(address)).text;
  expect(review).toContain(`<h1>Store your approval for ${keys} keys</h1>`);
  const stored = await bob.submit("/requests/approve", { ...hiddenIn(review), typed: `store ${keys}` });
  expect(stored.text).toContain(`<h1>${keys} keys approved</h1>`);
  expect((await bob.open("/waiting")).text).toContain("<h2>Your requests and approvals</h2>");

  const approved = (await carol.open("/waiting")).text;
  expect(approved).toContain(`Your request to deactivate ${keys} keys in payments is approved`);
  const verdict = await world.verdict();
  expect(verdict.ok, explainVerdict(verdict)).toBe(true);
});

it("shows no empty table", async () => {
  const { text } = await carol.open("/keys?contains=nothing-like-this");
  expect(text).toContain("0 keys");
  expect(text).not.toContain("<table");
});
