import { expect, test } from "vitest";
import { readMoved, readPlanned, writeMoved, writePrivate } from "../../provider/terraform-plugin/private-data.ts";

test("the purpose of a plan round-trips through the host", () => {
  for (const planned of ["create", "update", "destroy"] as const)
    expect(readPlanned(writePrivate(planned))).toBe(planned);
  expect(readPlanned(writePrivate())).toBeUndefined();
});

test("the mark of a moved state round-trips, and is not a plan", () => {
  expect(readMoved(writeMoved())).toBe(true);
  expect(readMoved(writePrivate("update"))).toBe(false);
  expect(readPlanned(writeMoved())).toBeUndefined();
});

test("foreign data has no meaning", () => {
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
