import { expect, it } from "vitest";
import { errorJson, errorText, reportText } from "../../provider/cli/print.ts";
import type { Report } from "../../provider/engine/loop/report.ts";
import { type Explanation, renderExplanation } from "../../provider/engine/text/explanation.ts";
import { asUkoError, UkoError } from "../../provider/errors.ts";

const explanation: Explanation = {
  summary: "Key waits",
  facts: ["One.", "Two."],
  next: [
    { who: "you run", commands: ["uko a", "uko b"] },
    { who: "they run", commands: ["uko c"] },
  ],
  code: "UKO_APPROVAL_PENDING",
};

it("lays out a report as engines do", () => {
  expect(reportText({ explanation } as Report)).toBe(`${renderExplanation(explanation)}\n`);
});

it.each([
  [0, "1", "22"],
  [10, "33", "39"],
  [11, "33", "39"],
  [12, "31", "39"],
  [1, "31", "39"],
])("colors the summary of exit code %i and the commands, where the output shows colors", (exitCode, on, off) => {
  const esc = String.fromCharCode(0x1b);
  const [summary, ...lines] = reportText({ explanation, exitCode } as Report, { hasColors: true }).split("\n");
  expect(summary).toBe(`${esc}[${on}mKey waits${esc}[${off}m`);
  expect(lines.filter((line) => line.startsWith(esc))).toEqual(
    ["uko a", "uko b", "uko c"].map((command) => `${esc}[36m    ${command}${esc}[39m`),
  );
  const error = new UkoError("UKO_INPUT_INVALID", { summary: "Wrong" });
  expect(errorText(error, { hasColors: true })).toBe(`${esc}[31mWrong${esc}[39m\n  [UKO_INPUT_INVALID]\n`);
});

it("prints an error as summary, indented detail and code", () => {
  const error = new UkoError("UKO_INPUT_INVALID", { summary: "Wrong", detail: "One\nTwo" });
  expect(errorText(error)).toBe("Wrong\n  One\n  Two\n  [UKO_INPUT_INVALID]\n");
  expect(JSON.parse(errorJson(error, { vaultId: "v", keyId: "k" }))).toEqual({
    v: 1,
    vaultId: "v",
    keyId: "k",
    error: { code: "UKO_INPUT_INVALID", summary: "Wrong", detail: "One\nTwo" },
    exitCode: 1,
  });
});

it("reports an error outside the catalog as its own fault, without a stack trace", () => {
  const error = asUkoError(new TypeError("x is not a function"));
  expect(error.code).toBe("UKO_BUG");
  expect(errorText(error)).toBe("Unexpected error in uko\n  Please report it: x is not a function\n  [UKO_BUG]\n");
  expect(errorText(asUkoError("odd"))).toContain("odd");
});
