/** Point 16: ETags that a gateway changes, a key that disappears between two reads, and web pages that call the emulator. */

import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys, startCliWorld } from "../cli/harness.ts";

const { world: uko } = useCliStage();
let gateway: Server;
/** How the gateway changes the service's ETags. */
let rewrite: (etag: string) => string;
/** Called before the gateway passes on a read of the keystores' live status. */
let beforeStatus: () => Promise<void>;

beforeAll(async () => {
  gateway = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    if (incoming.method === "GET" && incoming.url?.includes("/status_in_keystores")) await beforeStatus();
    const { host: _host, connection: _connection, "content-length": _length, ...headers } = incoming.headers;
    const response = await fetch(`${uko.url}${incoming.url}`, {
      method: incoming.method ?? "GET",
      headers: headers as Record<string, string>,
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    for (const name of ["date", "content-type", "x-correlation-id"]) {
      const value = response.headers.get(name);
      if (value !== null) outgoing.setHeader(name, value);
    }
    const etag = response.headers.get("etag");
    if (etag !== null) outgoing.setHeader("etag", rewrite(etag));
    outgoing.writeHead(response.status).end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => {
  rewrite = (etag) => etag;
  beforeStatus = async () => {};
});
afterAll(() => void gateway.close());

const behind = () => ({ UKO_ENDPOINT: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}` });
const patches = async () => (await uko.trail()).filter(({ operation }) => operation === "updateManagedKey").length;

describe("a gateway in front of the service", () => {
  test("marks every ETag as weak: uko takes the mark off, and the request is written at once", async () => {
    rewrite = (etag) => `W/"${etag}"`;
    expect(await uko.uko("bob", `request ${keys.draft}`, behind())).toMatchObject({ exitCode: 0 });
    expect(await patches()).toBe(1);
  });

  test("appends its compression to every ETag: uko stops after two refusals and names the ETag", async () => {
    rewrite = (etag) => `"${etag}-gzip"`;
    const { exitCode, err } = await uko.uko("bob", `request ${keys.draft}`, behind());
    expect(exitCode).toBe(1);
    expect(err).toMatch(/rejects the ETag that it returned/);
    expect(err).toMatch(/-gzip"/);
    expect(await patches()).toBe(2);
  });

  test("returns * for every ETag: uko does not report a bug of its own, and does not write", async () => {
    rewrite = () => "*";
    const { exitCode, err } = await uko.uko("bob", `request ${keys.draft}`, behind());
    expect(exitCode).toBe(1);
    expect(err).toContain("[UKO_RESPONSE_INVALID]");
    expect(err).toMatch(/ETag is \*/);
    expect(await patches()).toBe(0);
  });
});

test("another person removes the key between two reads: uko plans again, and exits with 0 because the key is gone", async () => {
  const [, draftId = ""] = keys.draft.split("/");
  expect((await uko.as("carol").step(draftId, "destroy")).status).toBe(200);
  let removed = 0;
  beforeStatus = async () => {
    if (removed === 0) removed = (await uko.as("carol").remove(draftId)).status;
  };
  const ended = await uko.uko("carol", `continue ${keys.draft}`, behind());
  expect(removed).toBe(204);
  expect(ended, ended.err).toMatchObject({ exitCode: 0 });
});

describe("a web page that reaches the emulator by a name of its own", () => {
  const ask = (
    headers: IncomingHttpHeaders,
    path = "/_emulator/world",
    method = "GET",
    url = uko.url,
  ): Promise<number | undefined> => {
    const { port } = new URL(url);
    return new Promise((resolve, reject) => {
      request({ hostname: "127.0.0.1", port, path, method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once("error", reject)
        .end();
    });
  };

  test.each(["evil.example", "evil.example:7600", "127.0.0.1.evil.example", "localhost.evil.example", "uko"])(
    "cannot read its world or call its control API under Host %s",
    async (host) => {
      expect(await ask({ host })).toBe(403);
      expect(await ask({ host }, "/_emulator/reset", "POST")).toBe(403);
      expect(await ask({ host }, "/identity/keys")).toBe(403);
    },
  );

  test.each(["https://evil.example", "http://evil.example:7600", "null", "http://127.0.0.1.evil.example"])(
    "cannot send a request from Origin %s",
    async (origin) => {
      expect(await ask({ origin }, "/_emulator/reset", "POST")).toBe(403);
      expect(await ask({ origin })).toBe(403);
    },
  );

  test("differs from a page of this machine, and from a call without a page", async () => {
    expect(await ask({})).toBe(200);
    for (const host of ["localhost", "localhost:1", "127.0.0.1", "[::1]:7600", "api.private.localhost"]) {
      expect(await ask({ host })).toBe(200);
      expect(await ask({ origin: `http://${host}` })).toBe(200);
    }
  });

  test("and an address that the user configured stays possible", async () => {
    const open = await startCliWorld({ host: "0.0.0.0" });
    const asked = (host: string) => ask({ host }, "/_emulator/health", "GET", open.url);
    for (const host of ["192.0.2.7:7600", "[2001:db8::1]", "uko:7600", "localhost"])
      expect(await asked(host)).toBe(200);
    expect(await asked("evil.example")).toBe(403);
    await open.close();
  });
});
