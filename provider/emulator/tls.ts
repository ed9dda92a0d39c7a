/**
 * Creates the certificates for HTTPS: an authority that only this process has, and a server certificate that it signs.
 * The certificate of the authority goes to a file, which clients must trust.
 */

import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  authorityExtensions,
  newKeyPair,
  pemOf,
  privateKeyPem,
  serverExtensions,
  signCertificate,
} from "../x509/certificates.ts";
import { dayMs } from "./store/clock.ts";

export interface Tls {
  readonly server: { readonly cert: string; readonly key: string };
  /** The file with the authority's certificate. */
  readonly caFile: string;
  /** Removes the file, unless the caller named it. */
  remove(): Promise<void>;
}

/**
 * Creates the certificates and writes the file to trust. The private keys stay in this process, so no other process can
 * sign under this authority.
 */
export async function makeTls(names: readonly string[], caFile?: string): Promise<Tls> {
  const { ca, certificate, key } = makeCertificates([...new Set(["localhost", "127.0.0.1", "::1", ...names])]);
  const server = { cert: certificate + ca, key };
  if (caFile !== undefined) {
    await writeFile(caFile, ca);
    return { server, caFile: resolve(caFile), remove: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), "uko-emulator-"));
  const file = join(folder, "ca.pem");
  await writeFile(file, ca);
  return { server, caFile: file, remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface MadeCertificates {
  /** PEM, as TLS libraries take them. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** The lifetime of a certificate. Browsers and Apple's clients refuse one of more than 398 days. */
const lifeDays = 397;

/** Creates the certificates, with times of the machine's clock, because clients check certificates by their own clock. */
export function makeCertificates(hosts: readonly string[]): MadeCertificates {
  const issuer = { name: `uko emulator authority ${randomBytes(4).toString("hex")}`, ...newKeyPair() };
  const fromMs = Date.now() - dayMs;
  const common = { issuer, fromMs, untilMs: fromMs + lifeDays * dayMs };
  const { publicKey } = issuer;
  const ca = signCertificate({ ...common, subject: issuer.name, publicKey, extensions: authorityExtensions() });
  const server = newKeyPair();
  const certificate = signCertificate({
    ...common,
    subject: "uko emulator",
    publicKey: server.publicKey,
    extensions: serverExtensions(hosts),
  });
  return { ca: pemOf(ca), certificate: pemOf(certificate), key: privateKeyPem(server) };
}
