import { expect, test } from "vitest";
import { readMoved, readPlanned, writeMoved, writePrivate } from "../../provider/terraform-plugin/private-data.ts";

test("what a plan was for comes back from the host as it went", () => {
  for (const planned of ["create", "update", "destroy"] as const)
    expect(readPlanned(writePrivate(planned))).toBe(planned);
  expect(readPlanned(writePrivate())).toBeUndefined();
});

test("that a state came by a move comes back, and is no plan", () => {
  expect(readMoved(writeMoved())).toBe(true);
  expect(readMoved(writePrivate("update"))).toBe(false);
  expect(readPlanned(writeMoved())).toBeUndefined();
});

test("what is not ours tells nothing", () => {
  const texts = [
    "",
    "null",
    "[]",
    '{"planned":"replace"}',
    '{"moved":"true"}',
    '{"moved":1}',
    '{"moved":{}}',
    "e2e5f6",
  ];
  for (const text of texts) {
    expect(readPlanned(new TextEncoder().encode(text))).toBeUndefined();
    expect(readMoved(new TextEncoder().encode(text))).toBe(false);
  }
});
