import { expect, it } from "vitest";
import { errorJson, errorText, printReport, reportText } from "../../provider/cli/print.ts";
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

it("leaves out the ID of a key on a narrow terminal if labels name the keys, and never cuts it, or why a person looks", () => {
  let text = "";
  const out = { columns: 80, write: (more: string) => (text += more) };
  const key = "5c1e0000-0000-4000-8000-000000000003/9b2d0000-0000-4000-8000-000000000060";
  const other = "5c1e0000-0000-4000-8000-000000000004/9b2d0000-0000-4000-8000-000000000061";
  const why = "DO NOT DELETE, 2030";
  const blocked = (...keys: readonly (readonly string[])[]) => ({
    title: "Blocked",
    table: {
      columns: ["key", "label", "wave", "blocked"],
      rows: keys.map(([id = "", label = ""]) => [id, label, "pilot", why]),
    },
  });
  const sections = [
    { title: "Check", table: { columns: ["label", "key", "why"], rows: [["tax-2030", key, why]] } },
    blocked([key, "tax-2030"], [other, "tax-2031"]),
    blocked([key, "tax-2030"], [other, "tax-2030"]),
    // Labels that differ only in what a table does not show, and a key without a label.
    blocked([key, "pay roll"], [other, "pay\u00a0 roll"]),
    blocked([key, " "]),
  ];
  printReport({ out } as never, {}, { summary: "Check", sections, next: [], exitCode: 0, data: {} });
  expect(text).toContain(`\nLABEL     WHY\ntax-2030  ${why}\n`);
  expect(text).toContain(`\ntax-2030  pilot  ${why}\ntax-2031  pilot  ${why}\n`);
  expect(text).toContain(`\nKEY      ${other}\nLABEL    tax-2030\n`);
  expect(text).toContain(`\nKEY      ${other}\nLABEL    pay roll\n`);
  expect(text).toContain(`\nKEY      ${key}\nWAVE     pilot\n`);
});

it("cuts no requester and no time on a narrow terminal, and prints blocks if the table does not fit", () => {
  let text = "";
  const out = { columns: 80, write: (more: string) => (text += more) };
  const [by, expires] = ['IBMid-550000BOB ("Bob Example")', "8 Oct 2026 09:00 UTC, in 7 d"];
  const table = {
    columns: ["wave", "step", "by", "waits for", "keys", "first expires"],
    rows: [["pilot", "deactivate", by, "an approver", "4", expires]],
  };
  const sections = [{ title: "Pending requests", table }];
  printReport({ out } as never, {}, { summary: "Status", sections, next: [], exitCode: 10, data: {} });
  expect(text).toContain(`\nBY             ${by}\n`);
  expect(text).toContain(`\nFIRST EXPIRES  ${expires}\n`);
});

it("leaves out columns without a value on a narrow terminal, so that it can say what a wave waits for", () => {
  let text = "";
  const out = { columns: 50, write: (more: string) => (text += more) };
  const waits = "destroy: an approval for 1 key";
  const table = { columns: ["wave", "removed", "other", "waits for"], rows: [["pilot", "-", "1", waits]] };
  printReport({ out } as never, {}, { summary: "", sections: [{ title: "", table }], next: [], exitCode: 0, data: {} });
  expect(text).toContain(`WAVE   OTHER  WAITS FOR\npilot  1      ${waits}\n`);
});
