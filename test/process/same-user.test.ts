import { connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { isSameUser, type UserGuardSystem, whyPeerTableIsUnreadable } from "../../provider/process/same-user.ts";

const ends = { remoteAddress: "127.0.0.1", remotePort: 35_289, localAddress: "127.0.0.1", localPort: 34_811 };
const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (uid: number, { state = "01", local = "0100007F:89D9", remote = "0100007F:87FB" } = {}) =>
  `   7: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 280396 1 0 20 4 30 10 -1\n`;
const onLinux = (tcp: string, tcp6 = "", uid = 1000): UserGuardSystem => ({
  platform: "linux",
  uid,
  table: (name) => header + (name === "tcp" ? tcp : tcp6),
  requireTables: () => {},
});

test("recognizes the owner of the peer's established socket", () => {
  expect(isSameUser(ends, onLinux(row(1000)))).toBe(true);
  expect(isSameUser(ends, onLinux(row(1001)))).toBe(false);
  // The test's own end of the same connection does not identify the peer.
  const ours = row(1000, { local: "0100007F:87FB", remote: "0100007F:89D9" });
  expect(isSameUser(ends, onLinux(ours + row(1001)))).toBe(false);
});

test("recognizes a client that writes the address as IPv6", () => {
  const prefix = "0000000000000000FFFF0000";
  const mapped = { local: `${prefix}0100007F:89D9`, remote: `${prefix}0100007F:87FB` };
  expect(isSameUser(ends, onLinux("", row(1000, mapped)))).toBe(true);
  expect(isSameUser(ends, onLinux("", row(0, mapped)))).toBe(false);
});

test("refuses a socket that its process closed, which Linux shows as root's", () => {
  for (const state of ["04", "05", "06", "08"]) {
    expect(isSameUser(ends, onLinux(row(0, { state }), "", 0))).toBe(false);
  }
});

test("refuses if no line, no table and no IPv4 address identifies the owner of the peer", () => {
  const denied = () => {
    throw new Error("EACCES");
  };
  const closed: UserGuardSystem = { platform: "linux", uid: 1000, table: denied, requireTables: denied };
  expect(isSameUser(ends, onLinux(""))).toBe(false);
  expect(isSameUser(ends, closed)).toBe(false);
  expect(isSameUser({ ...ends, remoteAddress: "::1" }, onLinux(row(1000)))).toBe(false);
  expect(isSameUser({}, onLinux(row(1000)))).toBe(false);
  expect(whyPeerTableIsUnreadable(closed)).toContain("/proc/net/tcp");
  expect(whyPeerTableIsUnreadable(onLinux(""))).toBeUndefined();
});

test("reads the table again if the line is missing for a moment", () => {
  let reads = 0;
  const flickering: UserGuardSystem = {
    platform: "linux",
    uid: 1000,
    table: (name) => (name === "tcp" && ++reads === 2 ? row(1000) : ""),
    requireTables: () => {},
  };
  expect(isSameUser(ends, flickering)).toBe(true);
});

test("accepts every connection on systems that do not report the owner of a socket", () => {
  for (const platform of ["darwin", "win32"]) {
    const system: UserGuardSystem = { platform, uid: undefined, table: () => "", requireTables: () => {} };
    expect(isSameUser(ends, system)).toBe(true);
    expect(whyPeerTableIsUnreadable(system)).toBeUndefined();
  }
});

test("recognizes this very process on this system", async () => {
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const client = connect(typeof address === "object" ? (address?.port ?? 0) : 0, "127.0.0.1");
  const socket = await accepted;
  expect(isSameUser(socket)).toBe(true);
  client.destroy();
  socket.destroy();
  server.close();
});
