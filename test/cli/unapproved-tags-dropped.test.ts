/** A service that drops tags, on which a request takes off the record of the step before, in order to try a tag first. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { useCliStage } from "./cli-stage.ts";
import { keys } from "./harness.ts";

const { world, folder } = useCliStage({ profile: "tags-dropped" });

it("a run does not take what it has removed itself for a step without a known approval", async () => {
  await world.deactivate(keys.payroll);
  // Another machine, whose evidence does not have the approval.
  const elsewhere = { XDG_STATE_HOME: folder };
  expect((await world.type("alice", `request ${keys.payroll}`, undefined, elsewhere)).exitCode).toBe(0);
  const evidence = path.join(folder, `uko/evidence-${world.environmentOf("alice").UKO_INSTANCE_ID}.jsonl`);
  const phases = readFileSync(evidence, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { readonly phase: string }).phase);
  expect(phases).toEqual(["after"]);
});
