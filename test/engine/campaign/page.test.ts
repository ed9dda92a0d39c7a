import { expect, test } from "vitest";
import { renderPage } from "../../../provider/engine/campaign/page.ts";
import type { CampaignReport } from "../../../provider/engine/campaign/report.ts";

const hostile = `"><script>alert('x')</script><img src=x onerror=y>&`;
const report: CampaignReport = {
  summary: `No key is late ${hostile}`,
  sections: [
    { title: `Late ${hostile}`, table: { columns: ["key", hostile], rows: [[hostile, ""]] }, lines: [hostile] },
    { title: "Warnings", lines: ["one"] },
  ],
  next: [{ command: `uko campaign plan --folder ${hostile}`, remark: hostile }],
  exitCode: 0,
  data: {},
  page: {
    title: `Campaign ${hostile}`,
    asOfMs: Date.UTC(2026, 10, 26, 9),
    timeline: {
      fromMs: 0,
      untilMs: 100,
      rows: [{ name: hostile, spans: [{ kind: "outage", fromMs: -50, untilMs: 50 }] }],
      marks: [{ label: hostile, atMs: 500 }],
    },
  },
};
const page = renderPage(report);
/** The tags alone: the values of attributes are texts, which another test checks. */
const tags = (page.replaceAll(/"[^"]*"/g, '""').match(/<[a-z][^>]*>/g) ?? []).join("\n");

test("a page escapes every text, in elements and in attributes", () => {
  expect(tags).not.toMatch(/<script|<img| on[a-z]+=/);
  expect(page.match(/&lt;script&gt;alert\(&#39;x&#39;\)/g)?.length).toBeGreaterThan(8);
  // The title, the summary, a section, its head, a cell with its label, a line, the command, the lane and the mark.
  expect(page).toContain('data-label="&quot;&gt;&lt;script&gt;');
});

test("a page loads nothing and runs nothing", () => {
  expect(page).toContain(
    `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
  );
  expect(tags).not.toMatch(/ (src|href|action|srcdoc)=/);
  expect(page).not.toMatch(/url\(|@import|https?:/);
});

test("a page has a language, a title, headings in order, and tables with heads for people who listen", () => {
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page.match(/<h[1-6]/g)).toEqual(["<h1", "<h2", "<h2", "<h2"]);
  expect(page).toMatch(/<table class="pair" role="table" aria-labelledby="section-1">/);
  expect(page).toMatch(/<th scope="col" role="columnheader">Key<\/th>/);
  expect(page).toMatch(/<th scope="row" role="rowheader"/);
  // The picture repeats the table of the waves.
  expect(page).toContain('<figure class="timeline" aria-hidden="true">');
});

test("a bar and a mark outside the time of the picture stay at its edge", () => {
  expect(page).toContain('style="left:0.00%;width:max(50.00%,4px)"');
  expect(page).toContain('class="mark" style="left:100.00%"');
});

test("a page follows the colors of the system, and prints on A4", () => {
  expect(page).toMatch(/prefers-color-scheme: dark/);
  expect(page).toMatch(/@media print[\s\S]*size: A4/);
});

test("a report without a page of its own has a title, and no time or picture", () => {
  const { page: _, ...plain } = report;
  const text = renderPage({ ...plain, next: [] });
  expect(text).toContain("<title>uko campaign</title>");
  expect(text).not.toMatch(/As of|<figure|Next/);
});
