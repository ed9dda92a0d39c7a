import { expect, test } from "vitest";
import { sharedRows } from "../../../../provider/engine/key/sets/set-messages.ts";
import { withoutKeyName } from "../../../../provider/engine/text/words.ts";

const rowsWith = (why: string, keys: number) =>
  Array.from({ length: keys }, (_, at) => [`${why}-${at}`, `id-${at}`, why]);

test("more than five keys with one reason share a row, after the rare reasons", () => {
  const rows = [...rowsWith("pending", 6), ...rowsWith("held", 5), ...rowsWith("gone", 1)];
  expect(sharedRows(rows)).toEqual([
    ...rowsWith("gone", 1),
    ...rowsWith("held", 5),
    ["6 keys", "such as id-0", "pending"],
  ]);
});

test.each([
  ['Key "payroll" is active', "The key is active"],
  ['uko left key "payroll" as it is: it is active', "uko left the key as it is: it is active"],
  ['Could not destroy KMS key "payroll"', "Could not destroy the key"],
  ["no request is pending", "no request is pending"],
])("the reason %s does not name the key again", (why, expected) => {
  expect(withoutKeyName(why, "payroll")).toBe(expected);
});
