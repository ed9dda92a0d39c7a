/**
 * Contains the parts of go-plugin's protocol with which the provider begins to serve the host that started it: the
 * address, a certificate for this process, and the line that the host expects. If the host sends a certificate, the
 * provider refuses every client without it, because a client can act with the caller's credential.
 */

import { randomBytes } from "node:crypto";
import { accessSync, constants, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ServerCredentials } from "@grpc/grpc-js";
import type { HclCommand } from "../engine/text/explanation.ts";
import { newKeyPair, pemOf, privateKeyPem, serverExtensions, signCertificate } from "../x509/certificates.ts";

/** The variables that a host sets (go-plugin, client.go and constants.go). */
export interface HostEnvironment {
  readonly TF_PLUGIN_MAGIC_COOKIE?: string | undefined;
  /**
   * PEM of the host's throwaway certificate. Without it both sides use plain text, as the host has
   * requested.
   */
  readonly PLUGIN_CLIENT_CERT?: string | undefined;
  readonly PLUGIN_UNIX_SOCKET_DIR?: string | undefined;
  readonly PLUGIN_MULTIPLEX_GRPC?: string | undefined;
}

/**
 * The value of the variable by which a host shows that it started this process. It is not a secret; it distinguishes a
 * host from a person who starts the file by hand (OpenTofu, internal/plugin6/serve.go).
 */
export const magicCookie = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
/**
 * The versions of go-plugin's own protocol, and of Terraform's; a host of another version reports
 * the mismatch to its user.
 */
export const coreVersion = 1;
export const protocolVersion = 6;

export function isStartedByHost({ TF_PLUGIN_MAGIC_COOKIE }: HostEnvironment): boolean {
  return TF_PLUGIN_MAGIC_COOKIE === magicCookie;
}

/** The certificate of this process. It lives as long as the process, in memory only. */
export interface Identity {
  /** PEM. */
  readonly key: string;
  readonly der: Buffer;
}

const jitterMs = 30_000;
/** The lifetime of the certificate, which is longer than any run. */
const lifeMs = 365 * 86_400_000;

/**
 * Creates the certificate. The host checks its name, and trusts only this certificate. It is valid from shortly before
 * now, because clocks may differ.
 */
export function createIdentity(nowMs: number): Identity {
  const issuer = { name: "localhost", ...newKeyPair() };
  const der = signCertificate({
    subject: issuer.name,
    publicKey: issuer.publicKey,
    issuer,
    fromMs: nowMs - jitterMs,
    untilMs: nowMs + lifeMs,
    extensions: serverExtensions(["localhost"]),
  });
  return { key: privateKeyPem(issuer), der };
}

/**
 * If the host presents a certificate, no other client is served: any client that reached the
 * address would act with this process's credential.
 */
export function credentialsFor(hostCertificate: string | undefined, identity: Identity | undefined): ServerCredentials {
  if (hostCertificate === undefined || identity === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(identity.key), cert_chain: Buffer.from(pemOf(identity.der)) };
  return ServerCredentials.createSsl(Buffer.from(hostCertificate), [pair], true);
}

export interface Endpoint {
  readonly network: "unix" | "tcp";
  /** The form in which grpc-js binds to it. */
  readonly bind: string;
  /** The form for the handshake line, once the port is known. */
  address(port: number): string;
  /** Removes a socket's file, which would stay behind otherwise. */
  remove(): void;
}

/**
 * The address on which this process listens: a socket of the user, or on Windows, where hosts do not support sockets, a
 * local port.
 */
export function createEndpoint({ PLUGIN_UNIX_SOCKET_DIR }: HostEnvironment, platform: string): Endpoint {
  if (platform === "win32") {
    return { network: "tcp", bind: "127.0.0.1:0", address: (port) => `127.0.0.1:${port}`, remove: () => {} };
  }
  const file = socketFile(PLUGIN_UNIX_SOCKET_DIR || os.tmpdir());
  return {
    network: "unix",
    bind: `unix:${file}`,
    address: () => file,
    remove: () => rmSync(file, { force: true }),
  };
}

/** The longest path of a socket: the limit of macOS. Linux accepts four more bytes. */
const maxSocketBytes = 103;

/**
 * The path of the socket's file. A folder that cannot hold a socket is not used, because a host does not show why a
 * provider did not start.
 */
function socketFile(folder: string): string {
  const name = `uko-${randomBytes(8).toString("hex")}.sock`;
  const file = path.join(folder, name);
  return Buffer.byteLength(file) <= maxSocketBytes && isWritable(folder) ? file : path.join("/tmp", name);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The line on standard output that answers the host. The certificate is base64 without padding, the only form that the
 * host reads.
 */
export function handshakeLine(
  { network }: Pick<Endpoint, "network">,
  address: string,
  identity: Identity | undefined,
  { PLUGIN_MULTIPLEX_GRPC }: HostEnvironment,
): string {
  const certificate = identity === undefined ? "" : identity.der.toString("base64").replace(/=+$/, "");
  const fields = [coreVersion, protocolVersion, network, address, "grpc", certificate];
  // Hosts with sub-plugins ask for several services on one connection, which this provider does not
  // have.
  return [...fields, ...(PLUGIN_MULTIPLEX_GRPC ? ["false"] : [])].join("|");
}

/** The addresses of the provider in OpenTofu and Terraform, so that the same line works for both. */
const addresses = ["registry.opentofu.org/pulumi-uko/uko", "registry.terraform.io/pulumi-uko/uko"];

/**
 * The line with which a host finds a provider that it did not start, for debuggers and tests. `Test` makes the host leave
 * the provider running.
 */
export function reattachLine({ network }: Pick<Endpoint, "network">, address: string, pid: number): string {
  const place = {
    Protocol: "grpc",
    ProtocolVersion: protocolVersion,
    Pid: pid,
    Test: true,
    Addr: { Network: network, String: address },
  };
  return `TF_REATTACH_PROVIDERS='${JSON.stringify(Object.fromEntries(addresses.map((each) => [each, place])))}'`;
}

/**
 * The command of the engine that started this provider. The host does not identify itself, so this follows from the path
 * of the executable: Terraform installs providers only from its own registry or a mirror of it.
 */
export function commandOf(executable: string): HclCommand {
  return /[/\\]registry\.terraform\.io[/\\]/.test(executable) ? "terraform" : "tofu";
}
