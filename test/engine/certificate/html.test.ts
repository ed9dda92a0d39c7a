import { expect, test } from "vitest";
import { readCertificate } from "../../../provider/compose-certificates.ts";
import { renderCertificatePage } from "../../../provider/engine/certificate/html.ts";
import { certificateHeading, certificateRows, explainLimits } from "../../../provider/engine/certificate/messages.ts";

const documented = new URL("../../../provider/docs/how-to/certificate/certificate.json", import.meta.url).pathname;
const hostile = `</td><script>alert("1")</script>\u001b[31m\u202e`;

/** A certificate in which every text is an attack, as a person could sign it. */
async function attack() {
  const { certificate, ...facts } = await readCertificate(documented);
  const spoil = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(spoil);
    if (typeof value === "string") return /^(\d{4}-|removed|destroyed)/.test(value) ? value : hostile;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, name === "method" ? each : spoil(each)]),
    );
  };
  return { certificate: spoil(certificate) as typeof certificate, facts };
}

test("a page escapes every text of the certificate", async () => {
  const { certificate, facts } = await attack();
  const page = renderCertificatePage(certificate, { ...facts, keyIds: [hostile] });
  expect(page).toContain("&lt;script&gt;");
  expect(page).not.toContain("<script");
  expect(page.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test("a terminal shows no control character of the certificate", async () => {
  const { certificate } = await attack();
  const shown = [certificateHeading(certificate), explainLimits(certificate), ...certificateRows(certificate).flat()];
  expect(shown.join("").replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
