import { expect, it } from "vitest";
import { assertNever } from "../../../provider/lifecycle/vocabulary/assert-never.ts";

it("shows the value that should not exist", () => {
  expect(() => assertNever("purged" as never)).toThrow('Unexpected value: "purged"');
});
