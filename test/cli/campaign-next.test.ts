/** `uko campaign next` as two people use it: from a shell without history, with nothing to paste. */

import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { linesBelow } from "../support/json-lines.ts";
import { waveFile, waveSeed } from "./campaign-seed.ts";
import { counts, dataOf, useCampaignStage } from "./campaign-stage.ts";
import type { Ended, EndedAtTerminal, Person } from "./harness.ts";
import { expectCampaignForm } from "./json-form.ts";

// Erin lacks the roles of a custodian.
const identities = waveSeed.identities.map(({ vaults: _vaults, ...each }) =>
  each.name === "Erin Example" ? { ...each, roles: ["VaultAdministrator" as const] } : each,
);
const stage = useCampaignStage({ ...waveSeed, identities });

const { begin, type } = stage;
const next = (who: Person, options = ""): Promise<EndedAtTerminal> => type(who, `next ${options}`);
/** The same without a terminal. */
async function quiet(who: Person, command: string) {
  await stage.world.advance("1m");
  const ended = await stage.world.uko(who, `campaign ${command} --folder ${stage.folder}`);
  if (command.includes("--json")) expectCampaignForm(command, ended.out);
  return ended;
}
const first = (out: string): string => out.split("\n")[0] ?? "";

/** The active keys of the pilot. */
const keysIn = (manifest: string): readonly string[] =>
  manifest.split("\n").flatMap((line) => {
    const { vault, id, kind, wave, state } = (line === "" ? {} : JSON.parse(line)) as Readonly<Record<string, unknown>>;
    return kind === "managed" && wave === "pilot" && state === "active" ? [`${String(vault)}/${String(id)}`] : [];
  });

/** Why people continued a stopped wave, by the evidence. */
function continued(): readonly string[] {
  const lines = linesBelow<{ readonly step: string; readonly time: string; readonly reason: string }>(
    `${stage.folder}/evidence`,
  );
  const found = lines.filter(({ step }) => step === "continue");
  return found.toSorted((a, b) => a.time.localeCompare(b.time)).map(({ reason }) => reason);
}

describe("a wave of two people", () => {
  it("tells a person who can do nothing what the wave waits for: an approver, or a time", async () => {
    await begin();
    for (const who of ["bob", "alice", "bob"] as const) await next(who);
    const waiting = await next("bob");
    expect([waiting.exitCode, waiting.questions]).toEqual([10, []]);
    expect(waiting.out).toMatch(/^You can do nothing now. [\s\S]*an approver/);
    // Without a terminal, the approver reads what they can do at one.
    const untyped = await quiet("carol", "next");
    expect(untyped.out).toMatch(
      /^You can do nothing without a terminal\. [\s\S]*You can at a terminal\n {2}wave pilot: approve/,
    );
    for (const _step of ["destroy", "remove"]) await next("carol");
    const soaking = await quiet("alice", "next --json");
    expect([soaking.exitCode, dataOf(soaking).waves[0].waitsFor]).toEqual([
      11,
      "destroy: 4 keys: soaks until 1 Oct 2026 13:02 UTC",
    ]);
  });

  it("requests the keys that were counted, and leaves one that became ready while the person typed", async () => {
    await begin();
    await next("bob");
    const [one = "", other = ""] = keysIn(stage.manifest());
    await stage.world.uko("bob", `withdraw ${one}`);
    const { out } = await type("bob", "next --wave pilot --step deactivate", [
      async () => {
        await stage.world.uko("bob", `withdraw ${other}`);
        return "request 1";
      },
    ]);
    expect(out).toContain("Requested the deactivation of 1 key");
    expect((await type("bob", "next --wave pilot --step deactivate", ["request 1"])).out).toContain(
      "Requested the deactivation of 1 key",
    );
  });

  it("removes the keys that were counted, and leaves one that became ready while the person typed", async () => {
    await begin();
    await next("bob");
    await next("alice");
    await next("bob");
    await next("carol");
    await stage.world.advance("5h");
    await next("alice", "--step destroy");
    await next("bob", "--step destroy");
    const { out } = await type("bob", "next", [
      async () => {
        await stage.world.advance("91d");
        return "remove 1";
      },
    ]);
    expect(out).toContain("Removed the metadata of 1 key");
    expect((await type("bob", "next", ["remove 4"])).out).toContain("Removed the metadata of 4 keys");
  });

  it("says of a refused rest that nothing more was changed, because the sample was", async () => {
    await begin();
    await next("bob");
    const step = "next --wave pilot --step deactivate";
    expect((await type("alice", step, ["no"])).err).toContain('is not "deactivate 1". Nothing was changed.');
    const { err } = await type("alice", step, ["deactivate 1", "no"]);
    expect(err).toContain('is not "deactivate 3". Nothing more was changed.');
  });

  it("goes on in one sitting, and takes no key that was deactivated meanwhile for one that was reactivated", async () => {
    await begin();
    for (const _step of ["deactivate", "destroy"]) await next("bob");
    const meanwhile = async () => {
      expect((await next("alice", "--step deactivate")).out).toContain("Deactivated 3 keys");
      return "1";
    };
    // Of the list that Carol was shown, the deactivation is over, and the destruction is left.
    const { out } = await type("carol", "next", [meanwhile, "1", "destroy 1"]);
    expect(out).toContain("Destroyed 1 key of wave");
    expect(continued()).toEqual([]);
  });

  it("offers what is left after the own deactivations, which are not taken for reactivated keys", async () => {
    await begin();
    for (const _step of ["deactivate", "destroy"]) await next("bob");
    const { out } = await type("carol", "next", ["1", "deactivate 1", "deactivate 3", "1", "destroy 1"]);
    expect(out).toContain("Destroyed 1 key of wave");
    expect(continued()).toEqual([]);
  });

  it("stops for a key that was deactivated and reactivated since the list was made", async () => {
    await begin();
    for (const _step of ["deactivate", "destroy"]) await next("bob");
    const meanwhile = async () => {
      await next("alice", "--step deactivate");
      await stage.world.uko("alice", `reactivate ${stage.keyNamed("mail-0")}`);
      return "2";
    };
    const { out } = await type("carol", "next", [meanwhile, ""]);
    expect(out).toContain('Wave "pilot" does not take the step destroy now, and nothing was changed');
    expect(out).toContain("The breaker stopped the wave: 1 key failed or was reactivated");
  });

  it("costs no call for a single key if there is nothing to do, and at most six a key for a rollback", async () => {
    await begin();
    await next("bob");
    const callsOf = async (act: () => Promise<unknown>) => {
      const before = (await stage.world.trail()).length;
      await act();
      return (await stage.world.trail()).slice(before);
    };
    const idle = await callsOf(() => next("bob", "--step deactivate"));
    expect(idle.filter(({ keyId }) => keyId !== undefined)).toEqual([]);
    expect(idle.length).toBeLessThanOrEqual(20);
    await next("alice");
    const back = await callsOf(async () => expect((await type("alice", "rollback pilot")).exitCode).toBe(0));
    expect(back.filter(({ keyId }) => keyId !== undefined).length / 4).toBeLessThanOrEqual(6);
  });

  it("asks one by one for keys of the named wave and of the waves before it, and for no other key", async () => {
    const waves =
      "  - {name: pilot, soak: 4h}\n  - {name: aside, soak: 4h}\n  - {name: last, soak: 4h, after: [pilot]}\n";
    const rules = [1, 2, 3]
      .map(
        (at) =>
          `  - {match: {label: mail-${at}}, class: destroy, wave: ${at === 3 ? "last" : "aside"}, owner: platform, reason: Moved}\n`,
      )
      .join("");
    await begin(waveFile.replace(/^ {2}- \{name: pilot.*\n/m, waves).replace(/^rules:\n/m, `rules:\n${rules}`));
    await next("bob", "--wave aside");
    await next("alice", "--wave aside");
    await stage.world.advance("5h");
    await next("alice", "--wave aside");
    await next("bob", "--wave aside");
    await stage.world.advance("91d");
    expect((await next("bob", "--wave aside")).out).toContain("Removed the metadata of 2 keys");

    const removed = ["mail-1", "mail-2"].map((label) => stage.keyNamed(label).split("/")[1]);
    const asked = async (act: () => Promise<EndedAtTerminal | Ended>) => {
      const before = (await stage.world.trail()).length;
      const ended = await act();
      const calls = (await stage.world.trail()).slice(before);
      return { ended, calls: calls.filter(({ keyId }) => removed.includes(keyId)).length };
    };
    // The evidence and the list are enough for a report that says so; a list alone does not prove that a key is gone.
    const recorded = await asked(() => quiet("bob", "status --json"));
    expect([recorded.calls, counts(recorded.ended as Ended)]).toEqual([0, { open: 3, removal_recorded: 2 }]);
    const live = await asked(() => quiet("bob", "status --live --json"));
    expect([live.calls, counts(live.ended as Ended)]).toEqual([2, { open: 3, removed: 2 }]);
    rmSync(`${stage.folder}/evidence`, { recursive: true });
    expect((await asked(() => quiet("bob", "status"))).calls).toBe(2);
    // The wave before has not finished, so the wave is closed also for a command that reads less.
    const closed = await asked(() => quiet("bob", "next --wave last --json"));
    expect([closed.calls, dataOf(closed.ended).gate]).toEqual([0, "after"]);
  });

  it("asks about no destroyed key whose keystores report until when they hold it", async () => {
    await begin();
    for (const who of ["bob", "alice", "bob", "alice"] as const) await next(who);
    await stage.world.advance("5h");
    for (const who of ["alice", "bob"] as const) await next(who);
    const asked = async (command: string) => {
      const before = (await stage.world.trail()).length;
      const ended = await quiet("bob", command);
      const calls = (await stage.world.trail()).slice(before).filter(({ keyId }) => keyId !== undefined);
      const labels = calls.flatMap(({ label }) => (label ? [label] : []));
      return { ended, exitCode: ended.exitCode, labels: [...new Set(labels)] };
    };
    // A named step leaves removals out.
    expect(await asked("next --step destroy --yes --json")).toMatchObject({ exitCode: 11, labels: [] });
    const removal = await asked("next --yes --json");
    expect([removal.exitCode, removal.labels]).toEqual([11, ["draft-0"]]);
    expect(counts(removal.ended)).toEqual({ acted: 1, unchanged: 4 });
    expect((await asked("next --yes --json")).labels).not.toContain("mail-0");
  });

  it("takes the requests of one requester after those of another", async () => {
    await begin();
    await next("bob");
    await stage.world.uko("carol", `decline ${stage.keyNamed("mail-0")}`);
    await stage.world.uko("carol", `request ${stage.keyNamed("mail-0")}`);
    const offers = await next("alice", "--step deactivate");
    expect(offers.out).toMatch(/approve the deactivation of 3 keys, requested by IBMid-550000BOB\n/);
    expect(offers.out).toMatch(
      /approve the deactivation of 1 key, requested by IBMid-550000CAROL, but not for this wave\n/,
    );
    expect((await stage.world.verdict()).violations).toEqual([]);
  });

  it("renews the own requests that expire within 48 hours", async () => {
    await begin();
    await next("bob");
    await stage.world.advance("121h");
    const renewed = await next("bob", "--step deactivate");
    expect(renewed.err).toContain("also replaces requests of yours that expire within 48 h");
    expect(first(renewed.out)).toMatch(/^Requested the deactivation of 4 keys/);
  });
});

describe("without a terminal", () => {
  it("requests and removes with --yes, and approves nothing", async () => {
    await begin();
    expect((await quiet("bob", "next --json")).exitCode).toBe(2);
    expect(counts(await quiet("bob", "next --yes --json"))).toMatchObject({ acted: 4 });
    const other = await quiet("alice", "next --yes --step deactivate --json");
    expect([other.exitCode, dataOf(other).requests.length]).toEqual([10, 4]);
    // A pipeline is no author of a request.
    expect((await quiet("pipeline", "next --yes --json")).exitCode).toBe(10);
    expect((await stage.world.verdict()).violations).toEqual([]);
  });

  it("waits for a person if only the first request is missing", async () => {
    await begin(waveFile.replace("'draft*'}, class: destroy", "'draft*'}, class: leave"));
    for (const [who, command] of [
      ["bob", "next --step destroy"],
      ["pipeline", "next --yes"],
    ] as const) {
      const { exitCode, out } = await quiet(who, command);
      expect([exitCode, out]).toEqual([
        10,
        expect.stringMatching(/uko campaign next --wave pilot .*\n.*a request for 4 keys/),
      ]);
    }
  });
});

describe("a stop", () => {
  /** Alice deactivates, and then one key comes back. */
  async function stopped(text?: string): Promise<string> {
    await begin(text);
    await next("bob");
    await next("alice");
    const key = stage.keyNamed("mail-1");
    await stage.world.uko("alice", `reactivate ${key}`);
    return key;
  }

  it("lets a nightly run, which states no reason, go on with another wave", async () => {
    await stopped(
      waveFile.replace(
        "rules:\n",
        "  - {name: later}\nrules:\n  - {match: {label: mail-0}, class: destroy, wave: later, owner: platform, reason: Moved}\n",
      ),
    );
    const nightly = await quiet("bob", "next --yes --json");
    expect(nightly.exitCode).toBe(12);
    const stops = [{ wave: "pilot", label: "mail-1", step: "deactivate" }];
    expect(dataOf(nightly)).toMatchObject({ wave: "later", keys: [{ label: "mail-0", outcome: "acted" }], stops });
  });

  it("also holds the destruction of the other keys, so that none follows a reactivation without a reason", async () => {
    const key = await stopped();
    await stage.world.advance("5h");
    expect(dataOf(await quiet("bob", "status --json")).stops).toMatchObject([{ key, step: "deactivate" }]);
    const refused = await type("bob", "next --wave pilot --step destroy", [""]);
    expect([refused.exitCode, refused.out]).toEqual([12, expect.stringContaining('Wave "pilot" stays stopped')]);
    const answers = ["Only mail-1 was a mistake", "request 4"];
    expect((await type("bob", "next --wave pilot --step destroy", answers)).out).toContain("Requested the destruction");
    expect(continued()).toEqual([answers[0]]);
  });
});

describe("a key that no step can end", () => {
  it("names itself and how to release it, and a rule that leaves it takes it out of its wave", async () => {
    await begin();
    await stage.world.control(`keys/${stage.keyNamed("mail-0").split("/")[1]}`, { record: { state: "compromised" } });
    const { out } = await quiet("bob", "status");
    expect(out).toMatch(/mail-0 +pilot +no step is possible in the state compromised\n/);
    expect(out).toContain(
      "To release mail-0: add a rule of class leave for the key to campaign.yaml, then uko campaign plan --write",
    );
    const rule = "  - {match: {label: mail-0}, class: leave, wave: pilot, reason: Compromised}\n";
    await begin(waveFile.replace("rules:\n", `rules:\n${rule}`));
    const key = dataOf(await quiet("bob", "status --json")).keys.find(
      ({ label }: { label: string }) => label === "mail-0",
    );
    expect(key).toMatchObject({ outcome: "lives_on", who: null });
  });
});
