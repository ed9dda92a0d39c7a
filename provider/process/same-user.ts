/**
 * Accepts connections to a local port from the user of this process only, because the Pulumi plugin and the console act
 * with the caller's credential (decision 0028). Only Linux shows the user of a connection; on other systems the guard
 * accepts every connection.
 */

import { accessSync, constants, readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { endianness } from "node:os";

/** How this process reads the owners of sockets; tests pass their own. */
export interface UserGuardSystem {
  readonly platform: string;
  /** The user ID of this process; absent on systems without user IDs. */
  readonly uid: number | undefined;
  /** Returns the table of IPv4 or IPv6 sockets. Throws if the system does not show it. */
  readonly table: (name: "tcp" | "tcp6") => string;
  /**
   * Throws if the tables cannot be read. Tables with thousands of sockets take a while to read, so this does not read
   * them whole.
   */
  readonly requireTables: () => void;
}

const thisSystem: UserGuardSystem = {
  platform: process.platform,
  uid: process.geteuid?.(),
  table: (name) => readFileSync(`/proc/self/net/${name}`, "latin1"),
  requireTables: () => accessSync("/proc/self/net/tcp", constants.R_OK),
};

export interface Ends {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/**
 * Why the table of connections, which shows their owners, cannot be read. Undefined if it can, and on systems other than
 * Linux, which have no such table.
 */
export function whyPeerTableIsUnreadable(system: UserGuardSystem = thisSystem): string | undefined {
  if (system.platform !== "linux") return undefined;
  try {
    system.requireTables();
    return undefined;
  } catch {
    return "it cannot read /proc/net/tcp, which says who connects";
  }
}

/**
 * The most reads of a table for one connection, because a table that changes while it is read may lack a line for a
 * moment.
 */
const maxReads = 3;

/** Whether the peer of an accepted connection runs as the same user. Always true outside Linux. */
export function isSameUser(ends: Ends, system: UserGuardSystem = thisSystem): boolean {
  if (system.platform !== "linux") return true;
  for (let read = 0; read < maxReads; read += 1) {
    const owner = ownerOfPeer(ends, system);
    if (owner !== undefined) return owner === system.uid;
  }
  return false;
}

/** Listens on a free local port. A connection of another user is closed before anything is read from it. */
export async function listenForSameUser(
  onConnection: (socket: Socket) => void,
  onRefused: () => void,
): Promise<{ readonly port: number; close(): void }> {
  const server = createServer({ noDelay: true }, (socket) => {
    if (isSameUser(socket)) return onConnection(socket);
    socket.destroy();
    onRefused();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return { port: address.port, close: () => void server.close() };
}

/**
 * The user ID of the client's socket. In the table, the client's socket is the line whose local address is the remote
 * address of this connection. Only an established socket counts, because the kernel shows user 0 for a socket that its
 * process has closed.
 */
function ownerOfPeer({ remoteAddress, remotePort, localAddress, localPort }: Ends, system: UserGuardSystem) {
  const [remote, local] = [asIPv4(remoteAddress), asIPv4(localAddress)];
  if (remote === undefined || local === undefined || remotePort === undefined || localPort === undefined) return;
  const established = "01";
  for (const [name, prefix] of [
    ["tcp", ""],
    ["tcp6", mappedPrefix()],
  ] as const) {
    const line = `${prefix}${inTable(remote, remotePort)} ${prefix}${inTable(local, localPort)} ${established} `;
    const owner = ownerIn(tableOrNothing(system, name), line);
    if (owner !== undefined) return owner;
  }
  return undefined;
}

/** Returns the user ID in a table. The columns after the state are queues, timer, retransmits, user, timeout and inode. */
function ownerIn(table: string, line: string): number | undefined {
  const begin = table.indexOf(line);
  if (begin < 0) return undefined;
  const columns = table.slice(begin + line.length, begin + line.length + 200).split("\n")[0] ?? "";
  const owner = columns.trim().split(/\s+/)[3] ?? "";
  return /^[0-9]+$/.test(owner) ? Number(owner) : undefined;
}

function tableOrNothing(system: UserGuardSystem, name: "tcp" | "tcp6"): string {
  try {
    return system.table(name);
  } catch {
    return "";
  }
}

function asIPv4(address = ""): readonly number[] | undefined {
  const parts = address.replace(/^::ffff:/, "").split(".");
  const bytes = parts.map(Number);
  return parts.length === 4 && bytes.every((byte) => Number.isInteger(byte)) ? bytes : undefined;
}

const isLittleEndian = endianness() === "LE";

/**
 * An address and port as the kernel prints them: each 32 bits of the address are one number in the byte order of the
 * machine.
 */
function inTable(bytes: readonly number[], port: number): string {
  return `${hex(isLittleEndian ? bytes.toReversed() : bytes)}:${hex([port >> 8, port & 255])}`;
}

/** The prefix `::ffff:`, with which a client that uses both IP versions writes an IPv4 address. */
function mappedPrefix(): string {
  return `${"0".repeat(16)}${isLittleEndian ? "FFFF0000" : "0000FFFF"}`;
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("");
}
