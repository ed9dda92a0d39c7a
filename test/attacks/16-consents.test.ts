/** The limit of consents in one run: one number for every place that takes them. */

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type CliTestWorld, keys, startCliWorld } from "../cli/harness.ts";

let world: CliTestWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const ids = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, at) => (from + at).toString(16).padStart(32, "0")).join(",");

test.each([
  ["in UKO_CONSENT", ids(10_001), undefined],
  ["in --consent", "", ids(10_001)],
  ["in both together", ids(5_001), ids(5_000, 5_001)],
])(
  "a run that is handed 10,001 consents %s is refused before any call to the service",
  async (_where, variable, option) => {
    const before = (await world.trail()).length;
    const typed = option === undefined ? "" : ` --consent ${option}`;
    const { exitCode, err } = await world.uko("bob", `continue ${keys.payroll}${typed}`, { UKO_CONSENT: variable });
    expect([exitCode, err]).toEqual([1, expect.stringContaining("more than 10,000 approvals")]);
    expect((await world.trail()).length).toBe(before);
  },
);

test("10,000 consents are taken, and the same one in both places counts once", async () => {
  const { exitCode } = await world.uko("bob", `continue ${keys.payroll} --consent ${ids(5_000)}`, {
    UKO_CONSENT: ids(10_000),
  });
  expect(exitCode).toBe(10);
});
