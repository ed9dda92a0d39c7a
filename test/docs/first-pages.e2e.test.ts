/**
 * The first page of each reader, typed as it stands: it works, and needs no more commands than its reader is promised.
 * Your first campaign is among the tutorials (tutorials.e2e.test.ts), and what an agent cannot do in
 * attacks/30-agent.test.ts.
 */

import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { locateTofu } from "../engines/find-tofu.ts";
import { deedsIn } from "../stage/audit-table.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { PulumiWorkspace } from "../stage/pulumi.ts";
import { repository } from "../support/documents.ts";
import { limitMs, opening, ownTerminal, partsOf, Reader } from "../support/reader.ts";

type Person = "alice" | "bob" | "pipeline";

/** What a reader has before the page: the command `uko`, the settings, and a credential. */
async function newReader(who: Person, { engineFolders = [] as readonly string[], env = {} } = {}) {
  const home = await mkdtemp(path.join(os.tmpdir(), "uko-first-page-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const uko = await LocalUko.start();
  onTestFinished(() => uko.stop());
  const reader = new Reader(home, uko, [path.join(repository, "build/cli"), ...engineFolders]);
  const become = (person: Person) =>
    reader.prepare(ownTerminal, person, { ...env, ...uko.settings, UKO_API_KEY: `${person}-demo-key` });
  await become(who);
  return { reader, uko, home, become };
}

async function follow(reader: Reader, page: string, ...headings: readonly string[]): Promise<void> {
  for (const heading of headings) {
    for (const part of partsOf(`provider/docs/how-to/${page}.md`, heading)) await reader.follow(part);
  }
}

const requested = ["Bob Example requested its deactivation"];

test("Delete a key that exists: Pulumi, at most 8 commands to the first request", { timeout: limitMs }, async () => {
  const project = await mkdtemp(path.join(os.tmpdir(), "uko-yaml-"));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
  await writeFile(path.join(project, "Pulumi.yaml"), "name: none\nruntime: yaml\n");
  await using workspace = await PulumiWorkspace.create(project);
  const env = (await workspace.person("bob")).environment({ PULUMI_STACK: undefined });
  const { reader, uko } = await newReader("bob", { env: { ...env, PATH: undefined, HOME: undefined } });
  await reader.prepare(ownTerminal, "bob", {
    PATH: [path.join(repository, "build/cli"), env.PATH].join(path.delimiter),
  });
  await follow(reader, "delete-an-existing-key", "Find the key", "With Pulumi");
  await reader.follow({
    kind: "output",
    where: "",
    tab: undefined,
    text: 'Key "orders" is waiting for a second person',
  });
  expect(deedsIn(await uko.audit())).toEqual(requested);
  expect(reader.commands).toBeLessThanOrEqual(8);
});

test("Delete a key that exists: OpenTofu, at most 6 commands to the first request", { timeout: limitMs }, async () => {
  const tofu = await locateTofu();
  const { reader, uko } = await newReader("bob", { engineFolders: tofu ? [path.dirname(tofu.tofuBin)] : [] });
  await follow(reader, "delete-an-existing-key", "Find the key", "With OpenTofu or Terraform", "Go on");
  expect(deedsIn(await uko.audit()).at(-1)).toBe(requested[0]);
  expect(reader.commands).toBeLessThanOrEqual(6);
});

test("Delete a key that exists: the command line, 3 commands", { timeout: limitMs }, async () => {
  const { reader, uko } = await newReader("bob");
  await follow(reader, "delete-an-existing-key", "Find the key", "With the command line alone", "Go on");
  expect(deedsIn(await uko.audit())).toEqual(requested);
  expect(reader.commands).toBe(3);
});

test("Approve a request: yes, in 4 commands", { timeout: limitMs }, async () => {
  const { reader, uko, become } = await newReader("bob");
  await follow(reader, "delete-an-existing-key", "With the command line alone");
  await become("alice");
  await follow(reader, "approve-a-request", "Get the command", "Look before you approve", "Say yes");
  expect(deedsIn(await uko.audit()).slice(0, 2)).toEqual([...requested, "Alice Example deactivated the key"]);
  expect(reader.commands - 1).toBe(4);
});

test("Approve a request: no", { timeout: limitMs }, async () => {
  const { reader, uko, become } = await newReader("bob");
  await follow(reader, "delete-an-existing-key", "With the command line alone");
  await become("alice");
  await follow(reader, "approve-a-request", "Say no", "If something is wrong");
  expect(deedsIn(await uko.audit())).toHaveLength(2);
});

test("Let an agent work on keys: 3 commands prepare the work, and write nothing", { timeout: limitMs }, async () => {
  const { reader, uko } = await newReader("pipeline");
  await follow(reader, "agents", "Give it a service ID");
  expect(deedsIn(await uko.audit())).toEqual([]);
  expect(reader.commands).toBe(3);
});

test("Check a certificate: two commands, for the certificate of an emulator", { timeout: limitMs }, async () => {
  const { reader, home } = await newReader("alice");
  await cp(path.join(repository, "provider/docs/how-to/certificate"), path.join(home, "alice"), { recursive: true });
  const parts = partsOf("provider/docs/how-to/check-a-certificate.md", opening);
  // The reader has the command already.
  for (const part of parts.filter(({ text }) => !text.startsWith("npm install "))) {
    await reader.follow({ ...part, text: part.text.replace(/^uko certificate verify .*$/m, "$& --allow-emulator") });
  }
  await reader.follow({ kind: "output", where: "", tab: undefined, text: "Signed by IBMid-550000BOB" });
  expect(reader.commands).toBe(2);
});
