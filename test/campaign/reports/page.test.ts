import { expect, test } from "vitest";
import { renderPage } from "../../../provider/campaign/reports/page.ts";
import type { CampaignReport } from "../../../provider/campaign/reports/report.ts";

const report: CampaignReport = {
  summary: "No key is late",
  sections: [
    { title: "late", table: { columns: ["key", "ends_at", "why"], rows: [["payroll", "", "held"]] }, lines: ["two"] },
    { title: "Warnings", lines: ["one"] },
  ],
  next: [{ command: "uko campaign plan", remark: "then" }],
  exitCode: 0,
  data: {},
  page: {
    title: "Campaign retire-2027",
    asOfMs: Date.UTC(2026, 10, 26, 9),
    timeline: {
      fromMs: 0,
      untilMs: 100,
      rows: [{ name: "pilot", spans: [{ kind: "outage", fromMs: -50, untilMs: 50 }] }],
      marks: [{ label: "deadline", atMs: 500 }],
    },
  },
};
const page = renderPage(report);
test("a page loads nothing and runs nothing", () => {
  expect(page).toContain(
    `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
  );
  expect(page).not.toMatch(/ (src|href|action|srcdoc|style)=/);
  expect(page).not.toMatch(/<script|url\(|@import|https?:/);
});

test("a page has a language, a title, headings in order, and tables with heads for people who listen", () => {
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page.match(/<h[1-6]/g)).toEqual(["<h1", "<h2", "<h2", "<h2"]);
  expect(page).toContain('<table class="stacks" role="table" aria-label="Late">');
  expect(page).toContain('<th scope="col" role="columnheader">Ends at</th>');
  expect(page).toContain('<th scope="row" role="rowheader" data-label="Key" class="short">payroll</th>');
  expect(page).toContain('<td role="cell" data-label="Ends at" class="short">–</td>');
  // The picture repeats the table of the waves.
  expect(page).toContain('<figure class="timeline" aria-hidden="true">');
});

test("a stage such as pre_activation stays on one line, and a sentence may break", () => {
  const text = renderPage({
    ...report,
    sections: [
      {
        title: "Keys",
        table: {
          columns: ["key", "stage", "why"],
          rows: [["payroll", "pre_activation", "in use, without an override"]],
        },
      },
    ],
  });
  expect(text).toContain('data-label="Stage" class="short">pre_activation</td>');
  expect(text).toContain('data-label="Why">in use, without an override</td>');
});

test("a bar and a mark outside the time of the picture stay at its edge", () => {
  expect(page).toContain('<rect class="outage" x="0.00%" y="43" width="50.00%" height="9"/>');
  expect(page).toContain('<line class="mark" x1="100.00%" x2="100.00%"');
});

test("a page follows the colors of the system, and prints on A4", () => {
  expect(page).toMatch(/color-scheme: light dark/);
  expect(page).toMatch(/@media print[\s\S]*size: A4/);
});

test("a report without a page of its own has a title, and no time or picture", () => {
  const { page: _, ...plain } = report;
  const text = renderPage({ ...plain, next: [] });
  expect(text).toContain("<title>uko campaign</title>");
  expect(text).not.toMatch(/As of|<figure|Next/);
});
