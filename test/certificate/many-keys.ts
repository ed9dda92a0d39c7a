/** A certificate of many keys, made from the documented one, for the tests of its page. */

import type { Certificate, CertificateKey } from "../../provider/certificate/statement.ts";
import { readCertificate } from "../../provider/compose/certificates.ts";

const documented = new URL("../../provider/docs/how-to/certificate/certificate.json", import.meta.url).pathname;

/** The first `pending` keys are pending destruction, and the other ones are destroyed and removed. */
export async function manyKeys(count: number, pending: number): Promise<Certificate> {
  const { certificate } = await readCertificate(documented);
  const [known] = certificate.predicate.keys;
  if (known === undefined) throw new Error("the documented certificate has no key");
  const keys = Array.from({ length: count }, (_, at): CertificateKey => {
    const number = String(at + 1).padStart(4, "0");
    const keyId = `9b2d0000-0000-4000-8000-00000000${number}`;
    const keyCheckValues = [{ method: "ENC-ZERO", value: `AB${number}` }];
    const own = { ...known, keyId, label: `orders-${number}`, keyCheckValues };
    return at < pending ? { ...own, outcome: "pending_destruction" } : own;
  });
  const subjects = keys.slice(0, pending).map(({ subject }) => subject);
  const notVerified = [
    ...certificate.predicate.notVerified,
    ...(pending === 0 ? [] : [{ code: "not_destroyed", text: "The end of the key material", subjects } as const]),
  ];
  const list = { ...certificate.predicate.list, count };
  return { ...certificate, predicate: { ...certificate.predicate, keys, list, notVerified } };
}
