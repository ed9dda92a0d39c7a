/** Whose own deactivation the judge lets pass: only an engine's, where marker and environment leave it to one person. */

import { expect, test } from "vitest";
import { asOutsider } from "../contracts/interfaces/support/outsider.ts";
import { judgeStep } from "./judge.ts";
import type { Setting } from "./story.ts";
import { useStage } from "./use-stage.ts";
import { apiKeyOf } from "./world.ts";

const stage = useStage();

test.each<readonly [program: string, rule: Setting["rule"], by: string, rules: readonly string[]]>([
  ["up", undefined, "engine destroy", ["own-consent"]],
  ["gate", undefined, "engine destroy", []],
  ["gate", undefined, "uko continue", ["own-consent"]],
  // The environment asks for two people, and the key's marker says so.
  ["loosen", undefined, "engine destroy", ["own-consent"]],
  ["loosen", "of the program", "engine destroy", []],
  ["loosen", "of the program", "uko continue", ["own-consent"]],
])("the program of %s, rule %s: a deactivation on the own request by %s", async (program, rule, by, rules) => {
  stage().begin({ profile: "documented", tickMs: 1_000, ...(rule !== undefined && { rule }) });
  await stage().play({ who: "carol", types: `engine ${program}` });
  await stage().play({ who: "carol", types: "uko request @orders", answers: "yes" });
  const id = stage().keyOf("orders")?.id ?? "";
  const { world, url } = stage().emulator;
  const last = world.audit.since(0).at(-1)?.seq ?? 0;
  const tool = asOutsider(url, apiKeyOf("carol"));
  const { etag = "" } = await tool.call("GET", `/api/v4/managed_keys/${id}`);
  const asUko = { "if-match": etag, "user-agent": "pulumi-uko" };
  const { status } = await tool.call("POST", `/api/v4/managed_keys/${id}/deactivate`, undefined, asUko);
  expect(status).toBeLessThan(300);
  const step = { who: "carol", types: `${by} @orders` } as const;
  const played = { step, exitCode: 0, shown: "", isKilled: false, isAtTerminal: true, trail: world.audit.since(last) };
  const found = judgeStep(stage(), { ...played, elsewhere: [] }).map((finding) => finding.rule);
  expect(found.filter((each) => each === "own-consent")).toEqual(rules);
});
