/**
 * A committer who forges a file of a campaign's folder, after Alice has reviewed the deactivation of wave `pilot`. One
 * row for each forgery: what it tries, who then works with the folder, and what that person reads. Nothing opens.
 */

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { encodeManifest, type Manifest, parseManifest } from "../../provider/campaign/files/manifest.ts";
import { campaignSeed } from "../cli/campaign-seed.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";
import type { Ended, Person } from "../cli/harness.ts";
import { sha256 } from "../support/builders.ts";
import { endsManagedKey, stepOfCall } from "../support/calls.ts";
import { explainVerdict } from "../support/oracle.ts";
import { makeSshKey, signerLine, writeSigningFolder } from "../support/ssh-keys.ts";
import { useFolder } from "../support/use-folder.ts";

const created = { createdAt: "2025-01-15T08:00:00Z", createdBy: "IBMid-550000CAROL" } as const;
const labels = ["mail-0", "mail-1", "mail-2", "mail-3"] as const;
const root = useFolder({ isKept: true });
const system = path.join(root, "system");
let areSignaturesDemanded = false;
const stage = useCampaignStage(
  {
    ...campaignSeed,
    clock: { start: "2026-10-01T09:00:00Z", frozen: true },
    keys: [
      ...labels.map((label) => ({
        ...{ ...created, vault: "archive", template: "azure", label },
        description: label === "mail-3" ? "DO NOT DELETE" : "",
      })),
      { ...created, vault: "payments", template: "aws", label: "cards-0" },
    ],
    kmsKeys: [{ ...created, id: "9b2d0000-0000-4000-8000-000000000040", name: "root-1", dualAuthDelete: true }],
  },
  { signingOf: (who) => ({ demands: () => (areSignaturesDemanded ? [system] : []), own: () => path.join(root, who) }) },
);
beforeAll(() => {
  const sshKeys = { alice: makeSshKey(), bob: makeSshKey() };
  for (const [who, key] of Object.entries(sshKeys)) writeSigningFolder(path.join(root, who), key);
  mkdirSync(system);
  const signers = Object.entries(sshKeys).map(([who, key]) => signerLine(`IBMid-550000${who.toUpperCase()}`, key));
  writeFileSync(path.join(system, "allowed_signers"), `${signers.join("\n")}\n`);
});
afterEach(async () => {
  areSignaturesDemanded = false;
  expect(explainVerdict(await stage.world.verdict())).toBe("");
});

const campaignFile = `format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
warningWords: [ważne]
waves:
  - {name: pilot, soak: 5d, maxFailures: 1, ticket: CHG-1}
  - {name: main, after: [pilot], soak: 5d}
  - {name: roots}
rules:
  - {match: {kind: kms}, class: destroy, wave: roots, owner: platform, reason: Moved}
  - {match: {label: 'cards*'}, class: destroy, wave: main, owner: platform, reason: Moved}
  - {match: {label: 'mail*'}, class: destroy, wave: pilot, owner: platform, reason: Moved}
blackouts:
  - {from: 2026-12-15, to: 2027-01-05, reason: Year end}
`;

/** Every call that ends a key, or destroys a KMS key. */
async function stepsTaken(): Promise<readonly string[]> {
  const trail = await stage.world.trail();
  return trail.flatMap(({ effect, operation, label = "" }) =>
    effect && (endsManagedKey(operation) || operation === "deleteKmsKey") ? [`${stepOfCall(operation)} ${label}`] : [],
  );
}

function edit(name: string, from: string | RegExp, to: string): void {
  const before = stage.read(name);
  const after = before.replace(from, to);
  expect(after, name).not.toBe(before);
  stage.write(name, after);
}
const rules = (from: string, to: string) => () => edit("campaign.yaml", from, to);

/** Writes the manifest again with other lines or waves, and with digests and pages that fit. */
function remade(change: (manifest: Manifest) => Partial<Manifest>): void {
  const names = readdirSync(path.join(stage.folder, "manifest"));
  const manifest = parseManifest(new Map(names.map((name) => [name, stage.read(`manifest/${name}`)])), sha256);
  for (const [name, text] of encodeManifest({ ...manifest, ...change(manifest) }, sha256))
    stage.write(`manifest/${name}`, text);
}
const lines = (over: object) => () => remade(({ keys }) => ({ keys: keys.map((line) => ({ ...line, ...over })) }));
const settings = (over: object) => () =>
  remade(({ waves }) => ({ waves: waves.map((wave) => ({ ...wave, settings: { ...wave.settings, ...over } })) }));

/** Evidence about every key of the pilot, by the form of the file that uko writes. */
function evidence(over: object): void {
  const forged = labels.map((label) => {
    const [vaultId = "", keyId = ""] = stage.keyNamed(label).split("/");
    const subject = { instanceId: campaignSeed.instance.id, vaultId, keyId, label };
    const actor = { iamId: "IBMid-550000ALICE", name: "Alice" };
    const line = { v: 1, time: "2026-10-01T09:00:00Z", ...subject, from: "", to: "", actor, keystores: [], ...over };
    return `${JSON.stringify(line)}\n`;
  });
  stage.write("evidence/forged.jsonl", forged.join(""));
}
function rewriteEvidence(change: (text: string) => string): void {
  for (const name of readdirSync(path.join(stage.folder, "evidence"))) {
    const before = stage.read(`evidence/${name}`);
    if (before !== "") stage.write(`evidence/${name}`, change(before));
  }
}
const after = (step: string) => () => evidence({ phase: "after", step });

type Act = readonly [who: Person, command: string];
const approve: Act = ["alice", "approve pilot deactivate --review DIGEST"];
const status: Act = ["alice", "status"];

interface Forgery {
  readonly forges: "rules" | "manifest" | "wave table" | "evidence" | "requests file";
  readonly tries: string;
  /** What happened before, apart from the review of wave `pilot`. */
  readonly first?: () => Promise<unknown>;
  readonly forge: () => unknown;
  /** What other people do with the folder then. */
  readonly acts: readonly Act[];
  /** What each of them reads. */
  readonly says: RegExp;
}

const differs = (what: string): Pick<Forgery, "acts" | "says"> => ({
  acts: [
    approve,
    ...[["bob", "request pilot deactivate"] as const, ["alice", "review pilot deactivate"] as const],
    ...[["bob", "advance pilot"] as const, status],
  ],
  says: new RegExp(what.replaceAll(/[[\]*]/g, "\\$&")),
});
const refused = (says: RegExp): Pick<Forgery, "acts" | "says"> => ({ acts: [approve, ["bob", "next --yes"]], says });

/** Alice deactivates the pilot. */
async function deactivated(): Promise<void> {
  await stage.campaign(withDigest(approve[1]), "alice");
  await stage.campaign(withDigest(approve[1]), "alice");
}
/** Carol deactivates one key of the pilot, without the campaign. */
async function deactivatedByCarol(): Promise<void> {
  await stage.world.type("carol", `approve ${stage.keyNamed("mail-0")}`);
}

/** Alice opens the window of a KMS key and signs the request. */
async function requestedRoots(): Promise<void> {
  areSignaturesDemanded = true;
  await stage.world.type("alice", `campaign next --wave roots --folder ${stage.folder}`);
  await stage.world.advance("1h");
}
const requests = (change: (text: string) => string) => () => {
  const [file = ""] = readdirSync(path.join(stage.folder, "requests"));
  stage.write(`requests/${file}`, change(stage.read(`requests/${file}`)));
};
const approveRoots: readonly Act[] = [["bob", "next --wave roots"]];

const forgeries: readonly Forgery[] = [
  // Rules. Edits that narrow are in 17-campaign.test.ts.
  ...["endpoint: https://evil.example", "command: rm", "signer: mallory"].map(
    (line): Forgery => ({
      ...{ forges: "rules", tries: `to send people elsewhere with "${line}"` },
      forge: () => stage.write("campaign.yaml", `${campaignFile}${line}\n`),
      ...{ acts: [approve, status], says: /is not a known property/ },
    }),
  ),
  {
    ...{ forges: "rules", tries: "to shorten the soak after the deactivation", first: deactivated },
    forge: rules("soak: 5d, maxFailures: 1", "soak: 4h, maxFailures: 1"),
    ...{ acts: [["alice", "request pilot destroy"]], says: /soak: "5d" -> "4h"/ },
  },
  ...(
    [
      ["soak: 5d, maxFailures: 1", "soak: 4h, maxFailures: 1", 'wave "pilot": soak: "5d" -> "4h"'],
      ["soak: 5d, maxFailures: 1", "soak: 6d, maxFailures: 1", 'wave "pilot": soak: "5d" -> "6d"'],
      ["maxFailures: 1", "maxFailures: 99", 'wave "pilot": maxFailures: 1 -> 99'],
      ["ticket: CHG-1", "ticket: CHG-2", 'wave "pilot": ticket: "CHG-1" -> "CHG-2"'],
      ["waves:", "takingPart: ['*']\nwaves:", 'wave "pilot": takingPart: [] -> ["*"]'],
      ["warningWords: [ważne]", "warningWords: []", 'wave "pilot": warningWords: ["ważne"] -> []'],
      ["to: 2027-01-05", "to: 2026-12-16", 'wave "pilot": blackouts: '],
      ["deadline: 2027-03-20", "deadline: 2027-03-28", 'wave "pilot": deadline: "2027-03-20" -> "2027-03-28"'],
      [
        "{label: 'mail*'}, class: destroy",
        "{label: 'mail*'}, class: destroy, override: Unused",
        ': override: "" -> "Unused"',
      ],
      ["wave: pilot, owner: platform", "wave: pilot, owner: payments", ': owner: "platform" -> "payments"'],
      ["class: destroy, wave: pilot", "class: destroy, wave: main", ': wave: "pilot" -> "main"'],
      ["rules:", "pendingDays: {azure_key_vault: 0}\nrules:", ": pendingDays: [90] -> [0]"],
    ] as const
  ).map(
    ([from, to, difference]): Forgery => ({
      ...{ forges: "rules", tries: `to write "${to}"`, forge: rules(from, to) },
      ...differs(difference),
    }),
  ),
  {
    ...{ forges: "rules", tries: "to add keys to a reviewed wave, with a new manifest" },
    forge: async () => {
      rules("{match: {label: 'cards*'}, class: destroy, wave: main", "{match: {}, class: destroy, wave: pilot")();
      await stage.campaign("plan --write --yes");
    },
    ...{ acts: [approve], says: /The manifest of wave "pilot" changed after the review/ },
  },
  // Manifest.
  {
    ...{ forges: "manifest", tries: "to move a key into a reviewed wave" },
    forge: () => edit("manifest/platform.jsonl", '"wave":"main"', '"wave":"pilot"'),
    ...refused(/The manifest was edited: /),
  },
  {
    ...{ forges: "manifest", tries: "to hide a key on the page that its owner reads" },
    forge: () => edit("manifest/platform.md", "cards", "card"),
    ...refused(/the page of platform\.jsonl does not say what the file says/),
  },
  {
    ...{ forges: "manifest", tries: "to give a key to another owner, digests included" },
    forge: () => edit("manifest/platform.jsonl", '"owner":"platform"', '"owner":"mallory"'),
    ...refused(/has key ".*" of another owner/),
  },
  {
    ...{ forges: "manifest", tries: "to lift the block of a key in use, digests included" },
    forge: lines({ override: "unused" }),
    ...differs('override: "unused" -> ""'),
  },
  {
    ...{ forges: "manifest", tries: "to silence a warning, digests included", forge: lines({ description: "" }) },
    ...{ acts: [["alice", "review pilot deactivate"]], says: /1 with a warning, .*: mail-3 \("DO NOT DELETE"\)/ },
  },
  // The table of waves, `manifest/_campaign.jsonl`.
  {
    ...{ forges: "wave table", tries: "to shorten the soak" },
    forge: () => edit("manifest/_campaign.jsonl", /"soak":"5d"/g, '"soak":"4h"'),
    ...refused(/The manifest was edited: the lines of .*"pilot".* do not match their digest/),
  },
  {
    ...{ forges: "wave table", tries: "to shorten the soak, digests included", forge: settings({ soak: "4h" }) },
    ...differs('soak: "4h" -> "5d"'),
  },
  {
    ...{ forges: "wave table", tries: "to shorten the soak in the rules too, digests included" },
    forge: () => {
      settings({ soak: "4h" })();
      rules("soak: 5d, maxFailures: 1", "soak: 4h, maxFailures: 1")();
      rules("after: [pilot], soak: 5d", "after: [pilot], soak: 4h")();
      rules("{name: roots}", "{name: roots, soak: 4h}")();
    },
    ...{ acts: [approve], says: /The manifest of wave "pilot" changed after the review/ },
  },
  // Evidence.
  ...(["deactivate", "destroy", "remove"] as const).flatMap((step): readonly Forgery[] => [
    {
      ...{ forges: "evidence", tries: `to end keys by a note, ${step}`, forge: after(step), acts: [status] },
      says: /6 keys of 6 still have to end/,
    },
    {
      ...{ forges: "evidence", tries: `to open the next wave by a note, ${step}`, forge: after(step) },
      ...{
        acts: [["bob", "next --wave main --yes"]],
        says: /have to finish the step first: pilot\n +Held back by 4 keys/,
      },
    },
  ]),
  {
    ...{ forges: "evidence", tries: "to shorten the soak with an early deactivation", first: deactivated },
    forge: () => rewriteEvidence((text) => text.replaceAll("2026-10-01T", "2026-01-01T")),
    ...{ acts: [["alice", "request pilot destroy"]], says: /soaks until 6 Oct 2026/ },
  },
  {
    ...{ forges: "evidence", tries: "to let a rollback reactivate what another person deactivated" },
    first: deactivatedByCarol,
    forge: () => evidence({ phase: "after", step: "deactivate", actor: { iamId: "IBMid-550000CAROL", name: "" } }),
    ...{ acts: [["alice", "rollback pilot"]], says: /Reactivated 0 keys of wave "pilot"/ },
  },
  {
    ...{ forges: "evidence", tries: "to make steps of requests", first: deactivatedByCarol },
    forge: () => rewriteEvidence((text) => text.replaceAll("write_record", "deactivate")),
    ...{ acts: [["alice", "rollback pilot"]], says: /Reactivated 0 keys of wave "pilot"/ },
  },
  // Signed requests for KMS keys.
  ...(
    [
      ["to remove the signature of the requester", () => "", /signed|signature/i],
      ["to sign in the name of another person", (text: string) => text.replaceAll("ALICE", "CAROL"), /sign/i],
      ["to sign without the key", (text: string) => text.replaceAll(/"signature":"U/g, '"signature":"V'), /sign/i],
    ] as const
  ).map(
    ([tries, change, says]): Forgery => ({
      ...{ forges: "requests file", tries, first: requestedRoots, forge: requests(change), acts: approveRoots, says },
    }),
  ),
];

let digest = "";
const withDigest = (command: string): string => command.replace("DIGEST", digest);

/** Bob requests the deactivation of the pilot, and Alice reviews it. */
async function reviewed(): Promise<void> {
  await stage.begin(campaignFile);
  await stage.campaign("request pilot deactivate");
  await stage.world.advance("1m");
  const { out } = await stage.campaign("review pilot deactivate --json", "alice");
  digest = JSON.parse(out).review;
}

async function act([who, command]: Act): Promise<Ended> {
  if (!command.startsWith("next")) return stage.campaign(withDigest(command), who);
  return command.includes("--yes")
    ? stage.campaign(command, who)
    : stage.world.type(who, `campaign ${command} --folder ${stage.folder}`);
}

describe("a committer forges", () => {
  it.each(forgeries)("$forges, $tries: nothing opens", async ({ first, forge, acts, says }) => {
    await reviewed();
    await first?.();
    const before = await stepsTaken();
    await forge();
    for (const each of acts) {
      const { out, err } = await act(each);
      expect(`${out}${err}`, each.join(" ")).toMatch(says);
    }
    expect(await stepsTaken()).toEqual(before);
    expect(await stage.world.effects("activateManagedKey")).toBe(0);
  });
});
