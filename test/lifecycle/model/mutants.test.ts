import { describe, expect, it } from "vitest";
import { realCore } from "./core.ts";
import { mutants, mutate } from "./mutants.ts";
import { verdictOn } from "./verdict.ts";

/** Broken cores whose steps the checks inside the core stop by themselves, before the model sees one. */
const stopped = [
  "one's own request is as good as another's",
  "gate destroy covers its own destroy",
  "nobody has to approve by hand",
  "the own seal does not matter",
  "a third person uses an approval",
  "the author of an approval uses it",
  "a machine may approve",
  "the key may have changed",
];

describe("the model test can fail", () => {
  it("finds nothing wrong with the core as it is", () => {
    expect(verdictOn(realCore)).toBeUndefined();
  }, 600_000);

  it.each(mutants)(
    "catches a core in which: $name",
    async (mutant) => {
      expect(await mutate(mutant).then(verdictOn)).toBeDefined();
    },
    600_000,
  );

  it.each(mutants.filter(({ name }) => stopped.includes(name)))(
    "and the core itself stops with UKO_BUG if: $name",
    async (mutant) => {
      const verdict = mutate(mutant, { hasChecks: true }).then(verdictOn);
      await expect(verdict).rejects.toMatchObject({ code: "UKO_BUG" });
    },
    600_000,
  );

  it("knows each of these", () => {
    expect(mutants.filter(({ name }) => stopped.includes(name))).toHaveLength(stopped.length);
  });
});
