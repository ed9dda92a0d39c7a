/** The reports of a campaign about keys that the campaign, another person or the service changed. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { campaignSeed, keysOf } from "./campaign-seed.ts";
import { dataOf, useCampaignStage } from "./campaign-stage.ts";
import type { Ended } from "./harness.ts";

const stage = useCampaignStage({
  ...campaignSeed,
  keystores: [...campaignSeed.keystores, { name: "host", vault: "archive", type: "cca" }],
  templates: [...campaignSeed.templates, { name: "host", vault: "archive", keystoreType: "cca", group: "host" }],
  keys: [
    ...keysOf("mail", 6, { vault: "archive", template: "azure" }),
    ...keysOf("host", 1, { vault: "archive", template: "host" }),
  ],
  kmsKeys: [],
});
const campaignFile = `format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
waves:
  - {name: main, soak: 4h, ticket: CHG-4711}
rules:
  - {match: {}, class: destroy, wave: main, owner: platform, reason: Moved}
`;

const { type } = stage;
const begin = () => stage.begin(campaignFile);
/** The lines of one section of a report. */
function sectionOf({ out }: Pick<Ended, "out">, title: string): string {
  return out.split("\n\n").find((part) => part.startsWith(title)) ?? "";
}
/** As another program writes to the record of a key. */
function edit(label: string, record: Readonly<Record<string, string>>): Promise<void> {
  return stage.world.control(`keys/${stage.keyNamed(label).split("/")[1]}`, { record });
}

describe("uko campaign plan", () => {
  it("names which facts of a key changed, and that it cannot name the others", async () => {
    await begin();
    await edit("mail-0", { label: "renamed" });
    await edit("mail-2", { description: "DO NOT DELETE" });
    const ended = await stage.campaign("plan");
    expect(sectionOf(ended, "Changed since the manifest")).toMatch(/renamed +label: "mail-0" -> "renamed"\n/);
    expect(sectionOf(ended, "Changed since the manifest")).toMatch(/mail-2 +description: "" -> "DO NOT DELETE"/);
    const blocked = sectionOf(await stage.campaign("status"), "Blocked");
    expect(blocked).toMatch(/changed since the manifest: label: "mail-0" -> "renamed"/);
    // A key whose new label belongs to another wave would stay changed if only its old wave was renewed.
    expect(blocked).toContain(
      `To release mail-0, mail-2: check the key, then uko campaign plan --write --folder ${stage.folder}`,
    );
  });

  it("leaves the writes of the campaign out of the keys that others wrote", async () => {
    await begin();
    await type("bob", "next");
    const written = async () => sectionOf(await stage.campaign("plan"), "Check these keys").match(/.*written,.*/)?.[0];
    expect(await written()).toBeUndefined();
    await type("alice", "next");
    expect(await written()).toBeUndefined();
    await stage.world.advance("1m");
    await edit("mail-3", { description: "by hand", updatedBy: "IBMid-550000CAROL", updatedAt: "2026-11-26T12:00:00Z" });
    expect(await written()).toMatch(/^ *1 written, in the 30 days before the plan: mail-3 /);
  });

  it("takes the pending period from the service, as the review does", async () => {
    await begin();
    const line =
      stage
        .manifest()
        .split("\n")
        .find((each) => each.includes('"label":"host-0"')) ?? "";
    expect(JSON.parse(line).keystores).toMatchObject([{ type: "cca", pendingDays: 0 }]);
    await type("bob", "next");
    expect((await type("alice", "next")).out).toMatch(/host-0 .*cca \(0 d\)/);
  });

  it("shows one line for many keys that are late for one reason", async () => {
    stage.write("campaign.yaml", campaignFile.replace("deadline: 2027-03-20", "deadline: 2026-12-01"));
    const { exitCode, out } = await stage.campaign("plan");
    expect(exitCode).toBe(14);
    expect(sectionOf({ out }, "Late")).toMatch(
      /^Late \(dates in UTC\)\n.*\n6 keys +such as mail-\d .*pending period of its keystores\n/,
    );
  });
});

describe("a report of a wave", () => {
  it("shows the ticket of the wave", async () => {
    await begin();
    expect(sectionOf(await stage.campaign("status"), "Waves")).toMatch(/TICKET\nmain .*CHG-4711/);
    await type("bob", "next");
    expect((await type("alice", "next")).out).toContain("ticket CHG-4711");
    const folder = path.join(stage.folder, "evidence");
    const lines = readdirSync(folder).flatMap((name) => readFileSync(path.join(folder, name), "utf8").split("\n"));
    expect(lines.filter((line) => line.includes('"deactivate"')).at(-1)).toContain("Moved (CHG-4711)");
  });

  it("counts a key that another person deactivated between the review and the approval", async () => {
    await begin();
    await type("bob", "next");
    await stage.world.advance("1m");
    const { review } = dataOf(await stage.campaign("review main deactivate --json", "alice"));
    await stage.world.type("carol", `approve ${stage.keyNamed("mail-2")}`);
    await stage.world.advance("1m");
    const approve = () => stage.campaign(`approve main deactivate --review ${review}`, "alice");
    const approved = await approve();
    expect(approved.out).toMatch(/^Deactivated 1 key of wave "main"; 1 unaffected; 5 to follow after your check/);
    expect(approved.out).toMatch(/mail-2 .*already deactivated, last written by IBMid-550000CAROL/);
    // The keys of the own first run are no surprise.
    await stage.world.advance("1m");
    expect((await approve()).out).toMatch(/^Deactivated 5 keys of wave "main"; 1 unaffected/);
  });

  it("keeps who wrote last to a removed key, as the evidence notes it", async () => {
    await begin();
    await type("bob", "next");
    await type("alice", "next");
    await stage.world.advance("5h");
    await type("alice", "next");
    await type("bob", "next");
    await stage.world.advance("91d");
    const removal = `uko campaign next --wave main --folder ${stage.folder}\n    removes the metadata of 7 keys\n`;
    expect((await stage.campaign("status")).out).toContain(`Next:\n  ${removal}`);
    await type("bob", "next");
    for (const command of ["status", "next"]) {
      expect((await stage.campaign(command)).out).toContain(
        `Next:\n  uko certificate create --campaign ${stage.folder} --wave main --evidence ${stage.folder}/evidence --sign-key KEY --out FILE\n`,
      );
    }
    const { keys } = dataOf(await stage.campaign("status --json"));
    expect(keys.map(({ outcome }: { outcome: string }) => outcome)).toEqual(Array(7).fill("removal_recorded"));
    for (const key of keys)
      expect(key).toMatchObject({ updatedBy: "IBMid-550000BOB", updatedAt: expect.stringMatching(/^2027-/) });
  });
});
