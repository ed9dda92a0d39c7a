/** Each tutorial, typed as it stands by two people who begin with an empty home folder, against an emulator. */

import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { locateEngine } from "../engines/find-engine.ts";
import { locatePulumi } from "../engines/find-pulumi.ts";
import { locateTofu } from "../engines/find-tofu.ts";
import { languageHost } from "../engines/language-hosts.ts";
import { deedsIn } from "../stage/audit-table.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { read } from "../support/documents.ts";
import { limitMs, newHome, partsOf, Reader } from "../support/reader.ts";

async function follow(page: string, engineFolders: readonly string[], tool?: string): Promise<readonly string[]> {
  // The arguments with which the page starts the emulator decide its world.
  const [, world = ""] = /^uko emulator (.+)$/m.exec(read(page)) ?? [];
  const uko = await LocalUko.start(undefined, world === "" || world.startsWith("advance") ? [] : world.split(" "));
  onTestFinished(() => uko.stop());
  const reader = new Reader(await newHome(), uko, engineFolders);
  for (const part of partsOf(page).filter(({ tab }) => tab === undefined || tab === tool)) await reader.follow(part);
  return deedsIn(await uko.audit());
}

const twoPeople = "provider/docs/tutorials/two-people.md";
const deletion = [
  "Bob Example requested its deactivation",
  "Alice Example deactivated the key",
  "Bob Example requested its destruction",
  "Alice Example approved its destruction",
  "Bob Example destroyed the key",
  "Bob Example removed the key's metadata",
];
const adoptionAndDeletion = ["Bob Example marked it for two people", ...deletion];

test("two people delete a key with Pulumi, from an empty folder", { timeout: limitMs }, async () => {
  const pulumi = await locatePulumi();
  const host = locateEngine(languageHost("yaml", pulumi?.pulumiBin ?? ""));
  const folders = [...(pulumi?.pathEntries ?? []), ...(host ? [path.dirname(host.bin)] : [])];
  expect(await follow(twoPeople, folders, "Pulumi")).toEqual(adoptionAndDeletion);
});

test("two people delete a key with OpenTofu, from an empty folder", { timeout: limitMs }, async () => {
  const tofu = await locateTofu();
  const folders = tofu ? [path.dirname(tofu.tofuBin)] : [];
  expect(await follow(twoPeople, folders, "OpenTofu")).toEqual(adoptionAndDeletion);
});

test("two people delete a key with the command line, from an empty folder", { timeout: limitMs }, async () => {
  expect(await follow(twoPeople, [], "Command line")).toEqual(deletion);
});

test("two people delete a root key of Key Protect with the native package, from an empty folder", {
  timeout: limitMs,
}, async () => {
  const pulumi = await locatePulumi();
  const host = locateEngine(languageHost("yaml", pulumi?.pulumiBin ?? ""));
  const folders = [...(pulumi?.pathEntries ?? []), ...(host ? [path.dirname(host.bin)] : [])];
  const deeds = await follow("provider/docs/tutorials/two-people-with-key-protect.md", folders);
  expect(deeds).toEqual(["Alice Example set the KMS key for deletion", "Bob Example destroyed the KMS key"]);
});

test("two people retire ten of fifty keys as a campaign, from an empty folder", { timeout: limitMs }, async () => {
  const deeds = await follow("provider/docs/tutorials/your-first-campaign.md", []);
  // The approver of a wave's destruction has the role for the step.
  const inWaves = [
    "Bob Example requested its deactivation",
    "Alice Example deactivated the key",
    "Alice Example requested its destruction",
    "Bob Example destroyed the key",
    "Bob Example removed the key's metadata",
  ];
  expect(deeds).toHaveLength(10 * inWaves.length);
  expect([...new Set(deeds)]).toEqual(inWaves);
});
