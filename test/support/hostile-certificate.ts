/** A certificate whose texts are all the same hostile text, as a person could sign it. */

import { readCertificate } from "../../provider/compose/certificates.ts";

const documented = new URL("../../provider/docs/how-to/certificate/certificate.json", import.meta.url).pathname;

export async function hostileCertificate(text: string) {
  const { certificate, ...facts } = await readCertificate(documented);
  const spoil = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(spoil);
    if (typeof value === "string") return /^(\d{4}-|removed|destroyed)/.test(value) ? value : text;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, name === "method" ? each : spoil(each)]),
    );
  };
  return { certificate: spoil(certificate) as typeof certificate, facts };
}
