import { expect, it } from "vitest";
import { decodeDecline, encodeDecline, hexJson } from "../../../provider/lifecycle/consent/record-text.ts";
import { nowMs, sha256 } from "../../support/builders.ts";

const author = { iamId: "IBMid-2", mark: sha256("IBMid-2").slice(0, 16) };
const written = { v: 1, s: "destroy", t: nowMs / 1000, a: "IBMid-2", n: "Alice", w: "Still in use" };

it("is read as it was written", () => {
  const decline = { step: "destroy", atMs: nowMs, author, authorName: "Alice", reason: "Still in use" } as const;
  expect(encodeDecline(decline)).toBe(hexJson(written));
  expect(decodeDecline(hexJson(written), sha256)).toEqual(decline);
});

it.each([
  ["of another version", { v: 2 }],
  ["of a step without approval", { s: "remove" }],
  ["at no whole second", { t: 1.5 }],
  ["without a person", { a: undefined }],
  ["without a reason", { w: undefined }],
])("is not read if it is %s", (_, over) => {
  expect(decodeDecline(hexJson({ ...written, ...over }), sha256)).toBeUndefined();
});
