import { describe, expect, it } from "vitest";
import { realCore } from "./core.ts";
import { mutants, mutate } from "./mutants.ts";
import { verdictOn } from "./verdict.ts";

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
});
