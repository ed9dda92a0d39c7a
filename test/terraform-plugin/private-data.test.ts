import { expect, test } from "vitest";
import { readPrivate, writePrivate } from "../../provider/terraform-plugin/private-data.ts";

test("the purpose of a plan round-trips through the host", () => {
  for (const planned of ["create", "update", "destroy"] as const)
    expect(readPrivate(writePrivate({ planned })).planned).toBe(planned);
  expect(readPrivate(writePrivate()).planned).toBeUndefined();
});

test("the mark of a moved state round-trips, and is not a plan", () => {
  expect(readPrivate(writePrivate({ moved: true })).moved).toBe(true);
  expect(readPrivate(writePrivate({ planned: "update" })).moved).toBeUndefined();
  expect(readPrivate(writePrivate({ moved: true })).planned).toBeUndefined();
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
  const nothing = readPrivate(writePrivate());
  for (const text of texts) expect(readPrivate(new TextEncoder().encode(text))).toStrictEqual(nothing);
});
