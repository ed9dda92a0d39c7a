/**
 * Names the service of a run in what people sign and seal. The name is `ibm` if each address of the run is documented
 * by IBM, because two people may use different ones, such as a public and a private one. Otherwise the name is the host
 * and port of each other address.
 *
 * Some people reach IBM through an address of their own, such as a gateway. The file `ibm_endpoints` in uko's
 * configuration folder lists such hosts. A variable, program or state cannot, because a person who can set one could
 * then give a server of their own the name of IBM. This machine never has that name.
 */

import { lstatSync } from "node:fs";
import { join } from "node:path";
import { UkoError } from "../../errors.ts";
import { type Endpoint, hostAndPortOf, isLoopbackEndpoint, readDocumentedHost } from "../http/allowed-hosts.ts";
import { readOwnedFile } from "./owned-file.ts";

export const ibmService = "ibm";

const fileName = "ibm_endpoints";

/** `folders` are those of uko's configuration. Throws UKO_SETTINGS_INVALID if a list in them cannot be used. */
export function nameService(endpoints: readonly Endpoint[], folders: () => readonly string[]): string {
  const others = endpoints.filter((endpoint) => readDocumentedHost(endpoint) === undefined);
  if (others.length === 0) return ibmService;
  const listed = others.every(isLoopbackEndpoint) ? [] : folders().flatMap(readHosts);
  const hosts = others
    .filter((endpoint) => isLoopbackEndpoint(endpoint) || !listed.includes(hostAndPortOf(endpoint)))
    .map(hostAndPortOf);
  return hosts.length === 0 ? ibmService : [...new Set(hosts)].join(" ");
}

function readHosts(folder: string): readonly string[] {
  const path = join(folder, fileName);
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return [];
    const lines = readOwnedFile(path).toString("utf8").split(/\r?\n/);
    return lines
      .map((line) => line.trim())
      .flatMap((line) => (line === "" || line.startsWith("#") ? [] : [hostIn(line)]));
  } catch (error) {
    throw new UkoError("UKO_SETTINGS_INVALID", {
      summary: `${path} cannot be used`,
      detail: `${error instanceof Error ? error.message : String(error)}.\nEach line is a host, with :port if the port is not 443.`,
      cause: error,
    });
  }
}

function hostIn(line: string): string {
  const { groups } = /^(?<host>[a-z0-9.-]+)(?::(?<port>[0-9]{1,5}))?$/.exec(line) ?? {};
  if (groups?.host === undefined) throw new Error(`"${line}" is not a host in lower case`);
  return `${groups.host}:${groups.port ?? "443"}`;
}
