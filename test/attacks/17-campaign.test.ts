/**
 * A campaign with one malicious person at a time: a keystore writer, a tag writer, the requester, and an approver who
 * swaps files between the commands. None of them makes a key take a step that two people did not see and approve.
 */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { demoInstanceId } from "../../provider/emulator/store/demo-seed.ts";
import { generateSeed } from "../../provider/emulator/store/generate.ts";
import { manifestIn } from "../cli/campaign-stage.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import type { Ended, Person } from "../cli/harness.ts";
import type { Body, TestResponse } from "../emulator/harness.ts";
import { endsManagedKey, stepOfCall } from "../support/calls.ts";
import { runInCampaign } from "../support/campaign-acts.ts";
import { explainVerdict } from "../support/oracle.ts";

const seed = {
  ...generateSeed({ keys: 12, vaults: 2, kms: 0, blocked: 0 }),
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
};

const { world, folder } = useCliStage({ seed });
beforeEach(async () => {
  writeFileSync(path.join(folder, "campaign.yaml"), campaignFile);
  await campaign("bob", "plan --write --yes");
});
afterEach(async () => {
  expect(explainVerdict(await world.verdict())).toBe("");
});

/** Odd keys are in wave `pilot`, the others in wave `later`. */
const campaignFile = `format: uko-campaign-1
name: eol
instance: ${demoInstanceId}
deadline: 2027-03-20
waves:
  - {name: pilot, soak: 5d}
  - {name: later, soak: 5d}
rules:
  - {match: {label: 'payments*'}, class: destroy, wave: pilot, owner: platform, reason: Moved}
  - {match: {}, class: destroy, wave: later, owner: platform, reason: Moved}
`;

const campaign = (who: Person, command: string): Promise<Ended> =>
  runInCampaign(world, who, { command: `${command} --json`, folder });
const dataOf = ({ out, err }: Ended) => JSON.parse(out === "" ? err : out);
const codeOf = (ended: Ended): string => dataOf(ended).error?.code;
const actedIn = (ended: Ended): number =>
  (dataOf(ended).keys ?? []).filter(({ outcome }: { outcome: string }) => outcome === "acted").length;
const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
const edit = (name: string, from: string | RegExp, to: string): void => {
  const before = read(name);
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  write(name, after);
};

/** Deactivations, destructions and removals since the seed, by key. */
async function stepsTaken(): Promise<readonly string[]> {
  const taken = (await world.trail()).filter(({ effect, operation }) => effect && endsManagedKey(operation));
  return taken.map(({ operation, label }) => `${stepOfCall(operation)} ${label}`);
}

async function reviewOf(who: Person, wave: string, step: string): Promise<string> {
  return dataOf(await campaign(who, `review ${wave} ${step}`)).review;
}

/** Requests and reviews the deactivation of the wave; the review is Alice's. */
async function reviewed(wave = "pilot"): Promise<string> {
  await campaign("bob", `request ${wave} deactivate`);
  await world.advance("1m");
  return reviewOf("alice", wave, "deactivate");
}

const approve = (who: Person, step: string, review: string, wave = "pilot"): Promise<Ended> =>
  campaign(who, `approve ${wave} ${step} --review ${review}`);

/** The vault and the ID of a key by its label. */
function keyNamed(label: string): { readonly vault: string; readonly id: string } {
  const line = manifestIn(folder)
    .split("\n")
    .find((row) => row.includes(`"label":"${label}"`));
  return JSON.parse(line ?? "{}") as { vault: string; id: string };
}

/** One call to the service itself, as a person with any tool could make it. */
async function call(who: Person, method: string, target: string, vault: string, body?: object): Promise<TestResponse> {
  const headers = { "uko-vault": vault, "content-type": "application/json" };
  const current = await world.as(who).call("GET", `/api/v4${target}`, undefined, headers);
  if (method === "GET") return current;
  const ifMatch = { "if-match": current.headers.get("etag") ?? "" };
  return world.as(who).call(method, `/api/v4${target}`, body, { ...headers, ...ifMatch });
}

const tagsOf = async ({ id, vault }: { id: string; vault: string }): Promise<Body["tags"]> =>
  (await call("carol", "GET", `/managed_keys/${id}`, vault)).body.tags;

describe("a keystore writer", () => {
  it("replaces a keystore of reviewed keys, which then are no longer as reviewed", async () => {
    const review = await reviewed();
    const { id, vault } = keyNamed("payments-key-00003");
    const key = (await call("carol", "GET", `/managed_keys/${id}`, vault)).body as unknown as {
      referenced_keystores?: readonly { id: string }[];
    };
    const keystore = key.referenced_keystores?.[0]?.id ?? "";
    const response = await call("carol", "DELETE", `/keystores/${keystore}?mode=disconnect`, vault);
    expect(response.status).toBe(204);
    await approve("alice", "deactivate", review);
    await approve("alice", "deactivate", review);
    expect((await stepsTaken()).filter((step) => step.endsWith("payments-key-00003"))).toEqual([]);
  });
});

describe("a tag writer", () => {
  it("copies the request of one key to another: a record is about one key", async () => {
    const source = keyNamed("payments-key-00001");
    const target = keyNamed("cards-key-00002");
    await reviewed();
    const tags = await tagsOf(source);
    expect((await call("carol", "PATCH", `/managed_keys/${target.id}`, target.vault, { tags })).status).toBe(200);
    await world.advance("1m");
    expect(dataOf(await campaign("alice", "review later deactivate")).keys).toBe(0);
    expect(await stepsTaken()).toEqual([]);
  });

  it("rewrites a request after the review, in the name of its author: the key is left", async () => {
    const review = await reviewed();
    const key = keyNamed("payments-key-00005");
    const tags = await tagsOf(key);
    await call("carol", "PATCH", `/managed_keys/${key.id}`, key.vault, { tags: [] });
    await world.advance("1m");
    await call("carol", "PATCH", `/managed_keys/${key.id}`, key.vault, { tags });
    await approve("alice", "deactivate", review);
    await approve("alice", "deactivate", review);
    const steps = await stepsTaken();
    expect(steps.length).toBeGreaterThan(0);
    expect(steps).not.toContain("deactivate payments-key-00005");
  });

  it("tags one key for another rule: the key waits for a new manifest, and the others of its wave go on", async () => {
    const rule = "rules:\n  - {match: {tag: {name: moved}}, class: destroy, wave: later, owner: other, reason: Moved}";
    edit("campaign.yaml", "rules:", rule);
    await campaign("bob", "plan --write --yes");
    const key = keyNamed("payments-key-00001");
    const tags = [{ name: "moved", value: "1" }];
    await call("carol", "PATCH", `/managed_keys/${key.id}`, key.vault, { tags });
    await world.advance("1m");
    const requested = await campaign("bob", "request pilot deactivate");
    expect(actedIn(requested)).toBe(4);
    const says = 'changed since the manifest: tags: [] -> ["moved=1"]';
    expect(dataOf(requested).keys).toContainEqual(expect.objectContaining({ label: "payments-key-00001", says }));
    expect(await tagsOf(key)).toEqual(tags);
  });

  it("marks keys for one person: a campaign requires two all the same", async () => {
    const key = keyNamed("payments-key-00001");
    const tags = [{ name: "uko_dual", value: "single" }];
    await call("carol", "PATCH", `/managed_keys/${key.id}`, key.vault, { tags });
    await world.advance("1m");
    await campaign("alice", "request pilot deactivate");
    const own = await campaign("alice", "review pilot deactivate");
    expect(dataOf(own).keys).toBe(0);
    expect(await stepsTaken()).toEqual([]);
  });
});

describe("a second requester", () => {
  it("takes one key of a wave: a person who reviews the wave without naming a requester reviews the others", async () => {
    const key = keyNamed("payments-key-00001");
    await campaign("bob", "request pilot deactivate");
    await world.uko("carol", `withdraw ${key.vault}/${key.id}`);
    await campaign("carol", "request pilot deactivate");
    await world.advance("1m");
    const { error, keys } = dataOf(await campaign("alice", "review pilot deactivate"));
    expect([error, keys]).toEqual([undefined, 4]);
    expect(dataOf(await campaign("alice", "review pilot deactivate --requested-by IBMid-550000CAROL")).keys).toBe(1);
  });
});

describe("the requester", () => {
  it("neither reviews the own requests nor uses the review of the other person", async () => {
    const review = await reviewed();
    expect(dataOf(await campaign("bob", "review pilot deactivate")).keys).toBe(0);
    expect(codeOf(await approve("bob", "deactivate", review))).toBe("UKO_VIEW_OUTDATED");
    expect(await stepsTaken()).toEqual([]);
  });

  it("replaces the requests after the review: the new ones are not named by it", async () => {
    const review = await reviewed();
    await campaign("bob", "halt pilot");
    await world.advance("1m");
    await campaign("bob", "request pilot deactivate");
    await world.advance("1m");
    expect(actedIn(await approve("alice", "deactivate", review))).toBe(0);
    expect(await stepsTaken()).toEqual([]);
  });
});

describe("an approver who swaps folders between the acts", () => {
  it("brings the folder of another campaign with the same wave: its review is refused", async () => {
    const review = await reviewed();
    const other = mkdtempSync(path.join(tmpdir(), "uko-campaign-other-"));
    cpSync(folder, other, { recursive: true });
    const file = path.join(other, "campaign.yaml");
    writeFileSync(file, campaignFile.replace("name: eol", "name: other"));
    const command = `approve pilot deactivate --review ${review} --json`;
    expect(codeOf(await runInCampaign(world, "alice", { command, folder: other }))).toBe("UKO_INPUT_INVALID");
    rmSync(other, { recursive: true });
    expect(await stepsTaken()).toEqual([]);
  });
});
