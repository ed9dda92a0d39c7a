import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HttpResponse } from "../../../provider/services/http/client.ts";
import { invalidResponse, noResponseError, unavailable } from "../../../provider/services/http/read-result.ts";
import { parseDateTimeMs, parseHttpDate, parseRetryAfterMs } from "../../../provider/services/http/wire-values.ts";
import { printable, printableLines, withoutSecret } from "../../../provider/text/printable.ts";

describe("text from other services", () => {
  test.each([
    ["colors", "\u001b[31mred\u001b[0m", "\\u{1b}[31mred\\u{1b}[0m"],
    ["a window title", "a\u001b]0;owned\u0007b", "a\\u{1b}]0;owned\\u{7}b"],
    ["an eight-bit control", "a\u009b31mb", "a\\u{9b}31mb"],
    ["text turned around", "a\u202eb\u2066c", "a\\u{202e}b\\u{2066}c"],
    ["zero width", "a\u200bb\ufeff", "a\\u{200b}b\\u{feff}"],
    ["the Hangul filler", "pay\u3164roll", "pay\\u{3164}roll"],
    ["the empty Braille cell", "pay\u2800roll", "pay\\u{2800}roll"],
    ["a variation selector", "payroll\ufe0f", "payroll\\u{fe0f}"],
    ["a Cyrillic letter in a Latin word", "orders-t\u0435st", "orders-t\\u{435}st"],
    ["a Greek letter in a Latin word", "\u03bfrders", "\\u{3bf}rders"],
    ["a Latin letter in another style", "\u{1d699}ayroll", "\\u{1d699}ayroll"],
  ])("shows %s as a number", (_, text, expected) => {
    expect(printable(text)).toBe(expected);
    expect(printableLines(text)).toBe(expected);
  });

  test.each(["Nicht löschen", "Não apagar…", "Не удалять key", "鍵key", "клавиша"])("stays as it is: %s", (text) => {
    expect(printable(text)).toBe(text);
  });

  test("has one blank for line ends and tabs", () => {
    expect(printable(" a\r\n\tb\u2028c\n")).toBe("a b c");
  });

  test("is cut at 500 characters", () => {
    expect(printable("x".repeat(501))).toHaveLength(500);
    expect(printable("x".repeat(500))).toBe("x".repeat(500));
  });

  test("never contains a control or format character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 500 },
    );
  });

  test("loses a secret, in plain text or form-encoded", () => {
    expect(withoutSecret("key a/b+c and a%2Fb%2Bc", "a/b+c")).toBe("key [redacted] and [redacted]");
    expect(withoutSecret("key a%2Bb%21c", "a+b!c")).toBe("key [redacted]");
    expect(withoutSecret("abc", "")).toBe("abc");
  });
});

test("a sentence of the service that ends in a period stays with one period", () => {
  const response = { status: 503, correlationId: "" } as HttpResponse;
  const none = { kind: "none", why: "broken", reason: "the peer hung up." } as const;
  for (const { detail } of [
    unavailable("UKO", response, "Try again."),
    invalidResponse("UKO", "a read failed with 400: Wrong form."),
    noResponseError("UKO", none),
    noResponseError("UKO", { ...none, why: "deadline" }),
  ]) {
    expect(detail).toMatch(/\w\.( |\n|$)/);
    expect(detail).not.toContain("..");
  }
});

describe("the parser of times", () => {
  test("reads the Date header in its one form only", () => {
    expect(parseHttpDate("Tue, 24 Nov 2026 14:22:00 GMT")).toBe(Date.UTC(2026, 10, 24, 14, 22));
    for (const text of [
      undefined,
      "",
      "2026-11-24T14:22:00Z",
      "Tue, 24 Nov 2026 14:22:00",
      "Tue, 99 Nov 2026 14:22:00 GMT",
    ]) {
      expect(parseHttpDate(text)).toBeUndefined();
    }
  });

  test("reads Retry-After as seconds or as a time on the service's clock", () => {
    const now = Date.UTC(2026, 10, 24, 14, 22);
    expect(parseRetryAfterMs("3", undefined)).toBe(3_000);
    expect(parseRetryAfterMs("Tue, 24 Nov 2026 14:22:05 GMT", now)).toBe(5_000);
    expect(parseRetryAfterMs("Tue, 24 Nov 2026 14:21:00 GMT", now)).toBe(0);
    for (const text of ["-1", "soon", "1e3", undefined]) expect(parseRetryAfterMs(text, now)).toBeUndefined();
    expect(parseRetryAfterMs("Tue, 24 Nov 2026 14:22:05 GMT", undefined)).toBeUndefined();
  });

  test.each([
    ["2020-06-24T09:46:41Z", 41_000],
    ["2020-06-24T09:46:41.000+00:00", 41_000],
    ["2020-06-24T09:46:41.5Z", 41_500],
    ["2020-06-24T09:46:41.123456Z", 41_123],
    ["2020-06-24T09:46:41+0000", 41_000],
    ["2020-06-24T09:46:41", 41_000],
    ["2020-06-24T11:46:41+02:00", 41_000],
  ])("reads %s", (text, ms) => {
    expect(parseDateTimeMs(text)).toBe(Date.UTC(2020, 5, 24, 9, 46, 0) + ms);
  });

  test.each(["", "never", "2020-06-24", "2020-13-24T09:46:41Z", null, undefined])("refuses %s", (text) => {
    expect(parseDateTimeMs(text)).toBeUndefined();
  });
});
