/** The page of a certificate: what a reader sees first, and what is folded. */

import { expect, it } from "vitest";
import { demands } from "../../provider/certificate/demands.ts";
import { renderCertificatePage } from "../../provider/certificate/html.ts";
import { manyKeys } from "./many-keys.ts";

const pageOf = async (count: number, pending: number): Promise<string> =>
  renderCertificatePage(await manyKeys(count, pending), { sha256: "0".repeat(64), keyIds: [] });
/** The page without what a reader has to unfold. */
function opening(page: string): string {
  let depth = 0;
  return page
    .split(/(?=<details>)|(?<=<\/details>)/)
    .map((part) => {
      if (part.startsWith("<details>")) depth += 1;
      const shown = depth === 0 ? part : "";
      if (part.endsWith("</details>")) depth -= 1;
      return shown;
    })
    .join("");
}

it("of 5,000 keys opens with the totals and the keys whose destruction is not proven, and folds the other ones", async () => {
  const page = await pageOf(5_000, 2);
  const shown = opening(page);
  expect(shown).toContain("<h1>Certificate of key destruction: 4,998 of 5,000 keys destroyed</h1>");
  expect([...shown.matchAll(/orders-\d{4}/g)].map(([label]) => label)).toEqual(["orders-0001", "orders-0002"]);
  expect(shown).toMatch(/<h2>Destruction not proven: 2 keys<\/h2>/);
  expect(page).toMatch(/<summary><h2>Destroyed: 4,998 keys<\/h2><\/summary>/);
  expect(shown.indexOf("Outcomes")).toBeLessThan(shown.indexOf("Destruction not proven"));
});

it("folds most keys whose destruction is not proven, too, and counts them", async () => {
  const shown = opening(await pageOf(5_000, 4_000));
  expect(shown).toContain("<h2>Destruction not proven: 4,000 keys</h2>");
  expect([...shown.matchAll(/orders-\d{4}/g)]).toHaveLength(50);
});

it("lists every key once with its key check value, in parts of 100 that name their first and last key", async () => {
  const page = await pageOf(1_000, 0);
  expect([...page.matchAll(/<th scope="row"[^>]*>orders-\d{4}</g)]).toHaveLength(1_000);
  expect(page).toContain("<summary>orders-0101 to orders-0200: 100 keys</summary>");
  expect(page).toContain(">AB0999 (ENC-ZERO)</td>");
  expect(opening(page)).not.toContain("Destruction not proven");
});

it("of a few keys folds nothing", async () => {
  expect(opening(await pageOf(3, 0))).toContain("orders-0003");
});

it("says which rule asks for what, and that an auditor decides", async () => {
  const page = await pageOf(1, 0);
  for (const { rule, asks, fields } of demands) {
    expect(page).toContain(`>${rule}</th>`);
    expect(page).toContain(asks);
    for (const field of fields) expect(page).toContain(`<code>${field}</code>`);
  }
  expect(page).toContain("your auditor decides");
});
