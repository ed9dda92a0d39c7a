import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { type ErrorCode, errorCatalog, UkoError } from "../../provider/errors.ts";
import { failureFrom, failureOf } from "../../provider/pulumi-plugin/grpc-status.ts";

const codes = Object.keys(errorCatalog) as ErrorCode[];
/** The engine reads these as a corrupt update, and UNAVAILABLE as a plugin that has exited (pkg/resource/plugin). */
const frightening = [
  status.OK,
  status.UNKNOWN,
  status.INTERNAL,
  status.DATA_LOSS,
  status.UNAVAILABLE,
  status.UNIMPLEMENTED,
];

test.each(codes)("%s is a status that the engine understands", (code) => {
  expect(frightening).not.toContain(failureOf(code, "m").code);
});

test("a wait is a failed precondition", () => {
  const waits = codes.filter((code) => [10, 11].includes(errorCatalog[code].exitCode));
  expect(waits.length).toBeGreaterThan(3);
  for (const code of waits) expect(failureOf(code, "m").code).toBe(status.FAILED_PRECONDITION);
});

test("a missing right and a cancellation have a status of their own", () => {
  expect(failureOf("UKO_RIGHTS_MISSING", "m").code).toBe(status.PERMISSION_DENIED);
  expect(failureOf("UKO_CANCELED", "m").code).toBe(status.CANCELLED);
});

test("an internal fault is reported as such, with its sentence and without its stack", () => {
  const failure = failureFrom(new TypeError("x is not a function"));
  expect(failure).toEqual({
    code: status.FAILED_PRECONDITION,
    details: "Unexpected error in uko\nPlease report it: x is not a function\n[UKO_BUG]",
  });
  const own = new UkoError("UKO_DEADLINE", { summary: "Too slow" });
  expect(failureFrom(own)).toEqual({ code: status.DEADLINE_EXCEEDED, details: "Too slow [UKO_DEADLINE]" });
});
