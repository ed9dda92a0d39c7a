/** Each act as the command line and the console offer it: the same acts, commands, remarks and calls that write. */

import { describe, expect, it } from "vitest";
import { type WaveAct, waveActs } from "../../provider/campaign/reports/wave-acts.ts";
import { printReport } from "../../provider/cli/print.ts";
import { actList, actPage } from "../../provider/console/act-page.ts";
import { openWaveAct } from "../../provider/console/campaign-acts.ts";
import { layout } from "../../provider/console/layout.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys, makeKmsKey, type Person } from "../cli/harness.ts";
import { hiddenIn, openConsole } from "./console-world.ts";

const { world } = useCliStage();

/** What a person types for `KEY`, at a terminal where the person agrees. */
type Event = readonly [who: Person, command: string] | readonly [wait: string];

interface Situation {
  readonly story: readonly Event[];
  readonly who: Person;
  /** The acts that are offered, in order. */
  readonly acts: readonly string[];
  readonly isKms?: true;
}

const request: Event = ["bob", "request KEY --reason Moved"];
const deactivated: readonly Event[] = [request, ["alice", "approve KEY"], ["alice", "request KEY"]];
const destroyed: readonly Event[] = [...deactivated, ["5h"], ["bob", "approve KEY"]];

const situations: Readonly<Record<string, Situation>> = {
  "an active key": { story: [], who: "bob", acts: ["request"] },
  "an active key, for a pipeline": { story: [], who: "pipeline", acts: [] },
  "a key with a request of the caller": { story: [request], who: "bob", acts: ["withdraw"] },
  "a key with a request of another person": {
    story: [request],
    who: "alice",
    acts: ["approve", "store", "withdraw"],
  },
  "a key with an approval of another person": {
    story: [
      ["carol", "request KEY"],
      ["bob", "approve KEY --store"],
    ],
    who: "carol",
    acts: ["continue", "withdraw"],
  },
  "a key that the caller deactivated": { story: deactivated, who: "alice", acts: ["withdraw", "reactivate"] },
  "a key that cools down": { story: deactivated, who: "bob", acts: ["store", "withdraw", "reactivate"] },
  "a deactivated key": {
    story: [...deactivated, ["5h"]],
    who: "bob",
    acts: ["approve", "store", "withdraw", "reactivate"],
  },
  "a key whose keystores hold its material": { story: destroyed, who: "bob", acts: [] },
  "a key of which only its metadata is left": { story: [...destroyed, ["31d"]], who: "bob", acts: ["remove"] },
  "a KMS key": { story: [], who: "alice", acts: ["request"], isKms: true },
  "a KMS key that is set for deletion": {
    story: [["carol", "request KEY"]],
    who: "bob",
    acts: ["approve", "withdraw"],
    isKms: true,
  },
};

/** The path of the key after its story. */
async function play({ story, isKms }: Situation): Promise<string> {
  const key = isKms ? `kms/${await makeKmsKey(world, "backup")}` : keys.vouchers;
  for (const [first, command] of story) {
    if (command === undefined) {
      await world.advance(first);
      continue;
    }
    await world.type(first as Person, command.replace("KEY", key));
    await world.advance("1m");
  }
  return key;
}

/** What the service wrote since, without the IDs that differ from run to run. */
async function written(since: number): Promise<readonly unknown[]> {
  const writes = (await world.trail()).slice(since).filter(({ effect }) => effect);
  const facts = writes.map(({ operation, caller, from, after, detail }) => [operation, caller, from, after, detail]);
  return JSON.parse(JSON.stringify(facts).replaceAll(/[0-9a-f]{32}|[0-9a-f-]{36}/g, "ID"));
}

/** The command on the page of an act. */
const commandOn = (page: string): string => /<code>(uko [^<]*)<\/code>/.exec(page)?.[1] ?? "";
const expectReadable = (text: string): void => expect(text).not.toMatch(/\[object|undefined/);

describe.each(Object.entries(situations))("%s", (_title, situation) => {
  it("is offered the same acts by uko status and by its page", async () => {
    const key = await play(situation);
    const console = openConsole(world, situation.who);
    await console.logIn();
    const { out } = await world.uko(situation.who, `status ${key}`);
    const address = situation.isKms ? `/${key}` : `/keys/${key}`;
    const { text } = await console.open(address);
    for (const shown of [out, text]) expectReadable(shown);
    expect(Array.from(text.matchAll(/id="act-(\w+)"/g), ([, id]) => id)).toEqual(situation.acts);
    const commands = out.match(/^ {4}uko .*$/gm)?.map((line) => line.trim()) ?? [];
    for (const command of commands) expect(text, "as a command to copy").toContain(`<code>${command}</code>`);
    for (const id of situation.acts) {
      const page = await console.open(`${address}/${id}`);
      expectReadable(page.text);
      expect(commands, id).toContain(commandOn(page.text));
      if (page.text.includes("<h1>Decline")) expect(commandOn(page.text)).toMatch(/^uko decline /);
      if (page.text.includes("<h1>Withdraw")) expect(commandOn(page.text)).toMatch(/^uko withdraw /);
    }
    for (const id of ["request", "approve", "store", "continue", "withdraw", "reactivate", "remove"]) {
      if (situation.acts.includes(id)) continue;
      const open = { basis: "active:none", record: "", typed: "vouchers" };
      expect((await console.submit(`${address}/${id}`, open)).status, `${id} is not offered`).toBe(409);
    }
    await console.close();
  });

  it.each(situation.acts)("is written to by the form of the act %s as by its command", async (id) => {
    const key = await play(situation);
    const console = openConsole(world, situation.who);
    await console.logIn();
    const address = `${situation.isKms ? `/${key}` : `/keys/${key}`}/${id}`;
    const before = (await world.trail()).length;
    const page = await console.open(address);
    const [, toType = ""] = /The label is <code>(\w+)<\/code>/.exec(page.text) ?? [];
    const reason = page.text.includes('name="reason"') ? 'Grund "ä" <b>' : "";
    const sent = await console.submit(address, {
      ...hiddenIn(page.text),
      typed: toType,
      reason,
    });
    const byForm = await written(before);
    // Bob does not have the role to reactivate.
    expect(byForm.length > 0, sent.text).toBe(!sent.text.includes("UKO_RIGHTS_MISSING"));
    expect(sent.status, sent.text).toBe(200);
    await console.close();

    await world.reset();
    const again = await play(situation);
    const since = (await world.trail()).length;
    const command = commandOn(page.text).replace(key, again);
    const typed = reason === "" ? command : `${command} --reason '${reason}'`;
    await world.shell(situation.who, typed);
    expect(byForm).toEqual(await written(since));
  });
});

describe("a wave", () => {
  const review = { left: 2 };
  const acts = waveActs(
    {
      steps: [
        {
          step: "deactivate",
          toRequest: 1,
          toReview: { managed: 2, "never-active": 0, kms: 0 },
          toReviewApart: { managed: 1, "never-active": 0, kms: 0 },
          reviews: [{ ...review, digest: "a".repeat(64), kind: "managed" }],
        },
        {
          step: "destroy",
          toRequest: 3,
          toReview: { managed: 0, "never-active": 1, kms: 2 },
          toReviewApart: { managed: 0, "never-active": 0, kms: 0 },
          reviews: [
            { ...review, digest: "b".repeat(64), kind: "never-active" },
            { ...review, digest: "c".repeat(64), kind: "kms" },
          ],
        },
      ],
      requests: 2,
      reversible: 4,
      areSigned: false,
    },
    { wave: "pilot", path: "it's <here>" },
  );
  const visitor = { caller: "", instanceId: "", csrfToken: "", path: "", hasCampaign: true, timeZone: "UTC" };
  const html = async (text: unknown): Promise<string> =>
    String(await text)
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&#39;", "'");

  it("has one address for each act, and a link to each", async () => {
    expect(acts.map(({ id }) => id.replace(/([abc])\1+$/, "$1"))).toEqual([
      "approve-deactivate-a",
      "review-deactivate",
      "review-deactivate-other",
      "request-deactivate",
      "approve-destroy-b",
      "approve-destroy-c",
      "review-destroy-never-active",
      "review-destroy-kms",
      "request-destroy",
      "rollback",
      "halt",
    ]);
    const links = await html(actList(acts, "/campaign/waves/pilot"));
    for (const { id, title } of acts) expect(links).toContain(`href="/campaign/waves/pilot/${id}">${title}</a>`);
  });

  it.each(acts.map((act) => [act.title, act] as const))(
    "prints and shows the command of %s",
    async (_title, act: WaveAct) => {
      const lines: string[] = [];
      const out = { write: (text: string) => void lines.push(text) };
      const report = { summary: "", sections: [], next: [act], exitCode: 0, data: {} };
      printReport({ out, err: out } as never, {}, report);
      const open = openWaveAct({} as never, { wave: "pilot", act, others: [], only: "", sessionId: "s" });
      const page = await html(layout(actPage(open, visitor, { contains: "", page: 1 }), visitor));
      const remark = act.remark === undefined ? [] : [act.remark];
      for (const shown of [lines.join(""), page]) {
        expectReadable(shown);
        for (const part of [act.command, ...remark]) expect(shown).toContain(part);
      }
      expect(act.command).toMatch(/^uko campaign (next --wave|halt|rollback) pilot .*--folder 'it'\\''s <here>'/);
      expect(page).toContain(`action="/campaign/waves/pilot/${act.id}"`);
    },
  );
});
