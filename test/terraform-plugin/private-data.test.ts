import { expect, test } from "vitest";
import { readPlanned, writePrivate } from "../../provider/terraform-plugin/private-data.ts";

test("what a plan was for comes back from the host as it went", () => {
  for (const planned of ["create", "update", "destroy"] as const)
    expect(readPlanned(writePrivate(planned))).toBe(planned);
  expect(readPlanned(writePrivate())).toBeUndefined();
});

test("what is not ours tells nothing", () => {
  for (const text of ["", "null", "[]", '{"planned":"replace"}', "e2e5f6"]) {
    expect(readPlanned(new TextEncoder().encode(text))).toBeUndefined();
  }
});
