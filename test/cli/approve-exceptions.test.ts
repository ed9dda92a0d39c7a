/** A class of more than five exceptions is confirmed with its number: at the terminal, and in a campaign. */

import { expect, it } from "vitest";
import { explainVerdict } from "../support/oracle.ts";
import { useCliStage } from "./cli-stage.ts";
import { keys, reportOf, seed, vaultId } from "./harness.ts";

const ids = Array.from({ length: 6 }, (_, at) => `9b2d0000-0000-4000-8000-0000000000b${at}`);
const [, like] = seed.keys ?? [];
const warned = ids.map((id, at) => ({ ...like, id, label: `legal-${at}`, description: "Do not delete: legal hold" }));
const { world } = useCliStage({
  seed: { ...seed, keys: [...(seed.keys ?? []), ...warned] } as unknown as typeof seed,
});
const labels = warned.map(({ label }) => label).join(" ");
const paths = ids.map((id) => `${vaultId}/${id}`).join(" ");
const stateOf = async (): Promise<string> => reportOf(await world.uko("carol", "status legal-0 --json")).lifecycleState;

it("asks for the number of keys alone if no class is large, and for the class too if one is", async () => {
  await world.uko("bob", `request ${paths} ${keys.ledger}`);
  await world.advance("1m");
  const few = await world.type("alice", `approve legal-0 legal-1 ${keys.ledger}`, ["no"]);
  expect(few.questions).toEqual([expect.stringContaining('"deactivate 3"')]);

  const short = await world.type("alice", `approve ${labels} ${keys.ledger}`, ["deactivate 7"]);
  expect([short.exitCode, short.questions]).toEqual([1, [expect.stringContaining('"deactivate 7, 6 with a warning"')]]);
  expect(short.out).toContain("Most, 6 of 7, are with a warning, in the description or a tag.");
  // The last lines name five keys, and the list before them names each.
  expect(short.out).toContain('\n  legal-5: with a warning, in the description or a tag ("Do not delete: legal hold")');
  expect(await stateOf()).toBe("pending_approval");

  const whole = await world.type("alice", `approve ${labels} ${keys.ledger}`, ["deactivate 7, 6 with a warning"]);
  expect([whole.exitCode, await stateOf()]).toEqual([0, "cooling_down"]);
  expect(explainVerdict(await world.verdict())).toBe("");
});
