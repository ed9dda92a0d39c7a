/** What takes a hand: an approval, and the request of a destruction. No option, file, input or variable takes its place. */

import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { useCliStage } from "./cli-stage.ts";
import { keys, type Person, reportOf } from "./harness.ts";

const { world, folder } = useCliStage();

const stateOf = async (key: string): Promise<string> =>
  reportOf(await world.uko("carol", `status ${key} --json`)).lifecycleState;
/** The writes since the seed. */
const writes = async (): Promise<readonly string[]> =>
  (await world.trail()).flatMap(({ effect, operation }) => (effect && operation !== "seed" ? [operation] : []));

/** The two keys are deactivated, so that their destruction can be requested. */
async function deactivated(...chosen: readonly string[]): Promise<void> {
  await world.uko("bob", `request ${chosen.join(" ")}`);
  await world.advance("1m");
  await world.type("alice", `approve ${chosen.join(" ")}`);
  await world.advance("5h");
}

describe("an approval", () => {
  it.each(["approve KEY", "approve KEY --store", "approve --label *", "approve --keys FILE", "approve"])(
    "is not made without a terminal, nor where CI is set: uko %s",
    async (form) => {
      await world.uko("bob", `request ${keys.cards}`);
      await world.advance("1m");
      const file = path.join(folder, "keys.txt");
      writeFileSync(file, `${keys.cards}\n`);
      const command = form.replace("KEY", keys.cards).replace("FILE", file);
      const before = await writes();
      const quiet = await world.pipe("alice", command);
      expect([quiet.exitCode, quiet.err]).toEqual([1, expect.stringContaining("there is no terminal to ask at")]);
      expect(quiet.err).toContain("winpty");
      const inCi = await world.type("alice", command, [], { CI: "true" });
      expect([inCi.exitCode, inCi.err]).toEqual([1, expect.stringContaining("env -u CI uko approve")]);
      expect(await writes()).toEqual(before);
    },
  );

  it.each(["--yes", "--review reviews.jsonl"])("has no option %s", async (option) => {
    const { exitCode, err } = await world.type("alice", `approve ${keys.cards} ${option}`, []);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("Unknown option")]);
  });
});

describe("the request of a destruction", () => {
  it("asks for the label of one key, which nothing but the label answers", async () => {
    await deactivated(keys.cards);
    const before = await writes();
    for (const typed of ["", "y", "yes", "destroy 1", "card"]) {
      const { exitCode, questions } = await world.type("bob", `request ${keys.cards} --yes`, [typed]);
      expect([exitCode, questions]).toEqual([1, ['Type the label of the key, "cards", to request the destruction: ']]);
    }
    expect(await writes()).toEqual(before);
    expect((await world.type("bob", "request cards", ["cards"])).exitCode).toBe(0);
    expect(await stateOf(keys.cards)).toBe("pending_approval");
  });

  it("asks for the step and the number of many keys, and also requests deactivations", async () => {
    await deactivated(keys.cards);
    const command = `request ${keys.cards} ${keys.draft} ${keys.vouchers}`;
    expect((await world.type("bob", command, ["destroy 3"])).exitCode).toBe(1);
    const { questions, exitCode } = await world.type("bob", command, ["destroy 2"]);
    expect(questions).toEqual(['Type the step and the number of keys, "destroy 2", to request the destruction: ']);
    expect(exitCode).toBe(0);
    for (const key of [keys.cards, keys.draft, keys.vouchers]) expect(await stateOf(key)).toBe("pending_approval");
  });

  it("does not take the label of one key for the choice of another", async () => {
    await deactivated(keys.cards);
    const { questions, exitCode } = await world.type("bob", `request ${keys.cards} --label v*`, ["n"]);
    expect(questions).toEqual([expect.stringMatching(/vouchers {2}active\nRun uko request on this key\? \[y\/N\] $/)]);
    expect([exitCode, await stateOf(keys.vouchers)]).toEqual([1, "active"]);
  });

  it.each<[string, (who: Person, command: string) => Promise<{ exitCode: number; err: string }>]>([
    ["without a terminal", (who, command) => world.pipe(who, command)],
    [
      "in a pipeline",
      (who, command) => world.type(who, command, [], { CI: "1", UKO_EVIDENCE: path.join(folder, "evidence.jsonl") }),
    ],
  ])("is not made %s, where a deactivation is requested", async (_where, run) => {
    await deactivated(keys.cards);
    const { exitCode, err } = await run("bob", `request ${keys.cards} ${keys.draft} ${keys.vouchers} --yes`);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("a person has to type this request")]);
    expect(err).toContain("env -u CI");
    expect(await stateOf(keys.vouchers)).toBe("pending_approval");
    expect(await stateOf(keys.cards)).toBe("pending_request");
    expect(await stateOf(keys.draft)).toBe("pre_activation");
  });
});
