/** What `--tls` needs: certificates made at the start, the authority's in a file that clients can be pointed to. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { makeCertificates } from "./tls-certificate.ts";

export interface Tls {
  readonly server: { readonly cert: string; readonly key: string };
  /** Where the authority's certificate is. */
  readonly caFile: string;
  /** Removes the file, if it was not the caller who named it. */
  remove(): Promise<void>;
}

/** The private keys never leave the process, so nobody can make a certificate that this authority vouches for. */
export async function makeTls(host: string, caFile?: string): Promise<Tls> {
  const hosts = new Set(["localhost", "127.0.0.1", "::1"]);
  // Listening everywhere names no host; whoever does it reaches the local UKO by one of the above.
  if (host !== "0.0.0.0" && host !== "::") hosts.add(host);
  const { ca, certificate, key } = makeCertificates([...hosts]);
  const server = { cert: certificate + ca, key };
  if (caFile !== undefined) {
    await writeFile(caFile, ca);
    return { server, caFile: resolve(caFile), remove: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), "local-uko-"));
  const file = join(folder, "ca.pem");
  await writeFile(file, ca);
  return { server, caFile: file, remove: () => rm(folder, { recursive: true, force: true }) };
}
