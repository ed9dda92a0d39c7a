/**
 * The tiers of the test suite. `npm test` runs `quick`, `.ci/run` adds `rest`. `full` runs both, and every scenario with
 * Pulumi's CLI; `all` adds every profile. Without `UKO_TEST_TIER`, as in `npx vitest run <file>`, every project can be
 * selected and the slow tables stay short.
 */

export const tiers = ["quick", "rest", "full", "all"] as const;
export type Tier = (typeof tiers)[number];

export const tier: Tier | undefined = chosenTier();

/** Whether the slow tables run with every profile and every case. */
export const isWhole = tier === "all";

/**
 * How deep the model in test/lifecycle/model explores: whole runs, single calls, calls of two runs at once, and whether it
 * takes every cast.
 * Each depth is exhaustive: the model takes every move from every state that it reaches. `shallow` has about 100,000
 * states, and fewer casts; `full` has about 1,100,000. `whole` takes every cast, backing key, gate and marker two runs deep, the casts
 * of two people three runs deep, and single calls with every backing key and gate. The run prints the counts.
 */
export const modelDepth = {
  shallow: { name: "shallow", runs: 1, calls: 2, callsOfTwo: 5, isEveryCast: false },
  full: { name: "full", runs: 2, calls: 3, callsOfTwo: 8, isEveryCast: false },
  whole: { name: "whole", runs: 3, calls: 3, callsOfTwo: 9, isEveryCast: true },
}[isWhole ? "whole" : tier === "full" || tier === "rest" ? "full" : "shallow"];

/**
 * The scenarios that `quick` runs with the real Pulumi CLI. `rest` runs `scenariosOfEngines` for both Pulumi interfaces, and every
 * scenario for OpenTofu.
 */
export const quickScenarios = ["01-four-runs"] as const;

function chosenTier(): Tier | undefined {
  const named = process.env.UKO_TEST_TIER;
  const found = tiers.find((each) => each === named);
  if (named !== undefined && found === undefined)
    throw new Error(`UKO_TEST_TIER is ${named}. Set one of ${tiers.join(", ")}.`);
  return found;
}
