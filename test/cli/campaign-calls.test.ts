/** The cost of a campaign: the calls of each command for a key, one list of the instance a run, and a status of few calls. */

import { expect, test } from "vitest";
import { generateSeed } from "../../provider/emulator/store/generate.ts";
import { campaignSeed } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";
import type { Person } from "./harness.ts";

const keys = 48;
const seed = {
  ...generateSeed({ keys, vaults: 2, kms: 0, blocked: 0 }),
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
};
const stage = useCampaignStage(seed);

const isOfKms = ({ operation }: { readonly operation: string }) => operation === "getKmsKeyMetadata";

const file = `format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
waves: [{name: all, soak: 4h, maxFailures: 100}]
rules:
  - {match: {}, class: destroy, wave: all, owner: platform, reason: Moved}
`;

test("a key costs at most 5 calls to request, 6 to deactivate, 5 to destroy, 4 to remove; a status 60 in all", async () => {
  await stage.begin(file);

  const callsOf = async (command: string, who: Person) => {
    const before = (await stage.world.trail()).length;
    const isQuiet = command === "status" || command.includes("--yes");
    const { out, err, questions } = isQuiet
      ? { ...(await stage.campaign(command, who)), questions: [] }
      : await stage.world.type(who, `campaign ${command} --folder ${stage.folder}`);
    const calls = (await stage.world.trail()).slice(before).filter(({ operation }) => operation !== "token");
    const lists = calls.filter(({ operation }) => operation === "listManagedKeys").length;
    const changed = calls.filter(
      ({ effect, operation, keyId }) => keyId !== undefined && effect && /ManagedKey$/.test(operation),
    );
    const touched = new Set(changed.map(({ keyId }) => keyId)).size;
    // A keystore of the instance ends its key at once, so a read of the keystore follows a destruction.
    const ends = calls.filter(({ operation }) => operation === "getStatusInKeystores").length;
    const ofEnds = command.includes("destroy") ? ends * 2 + calls.filter(isOfKms).length : 0;
    // Each run has some calls of its own.
    const ofNoKey = calls.filter(({ keyId }) => keyId === undefined).length;
    // After each answer, and before it offers what is left, the run reads one key for the time of the service.
    const own = ofNoKey + (questions.length === 0 ? 0 : questions.length + 1);
    return {
      lists,
      own,
      calls: calls.length,
      touched,
      perKey: (calls.length - own - ofEnds) / touched,
      said: out + err,
    };
  };
  const expectStatus = async () => expect((await callsOf("status", "bob")).calls).toBeLessThanOrEqual(60);
  /** The most calls for a key of a command that acts, which lists each vault once. */
  const expectAtMost = async (most: number, command: string, who: Person) => {
    const { lists, own, touched, perKey, said } = await callsOf(command, who);
    expect(own).toBeLessThanOrEqual(30);
    expect(touched, said).toBeGreaterThan(keys / 2);
    expect([command, lists]).toEqual([command, 2]);
    expect(perKey, command).toBeLessThanOrEqual(most);
    await expectStatus();
  };

  await expectAtMost(5, "next --step deactivate", "bob");
  await expectAtMost(6, "next --step deactivate", "alice");
  await stage.world.advance("5h");
  await expectAtMost(5, "next --step destroy", "alice");
  await expectAtMost(5, "next --step destroy", "bob");
  await stage.world.advance("91d");
  await expectAtMost(4, "next --yes", "bob");
  const done = JSON.parse((await stage.campaign("status --json")).out);
  const recorded = done.keys.filter(({ outcome }: { outcome: string }) => outcome === "removal_recorded");
  expect(recorded.length).toBeGreaterThan(keys / 2);
});
