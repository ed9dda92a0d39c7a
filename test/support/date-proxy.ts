/** A proxy in front of the emulator that answers with a false `Date`. The emulator's own clock stays right. */

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface DateProxy {
  readonly url: string;
  /** Added to every `Date`; negative for a clock that is behind. */
  shiftMs: number;
  close(): Promise<void>;
}

export async function startDateProxy(target: string): Promise<DateProxy> {
  const server = createServer(async (request, response) => {
    const upstream = await fetch(`${target}${request.url ?? "/"}`, await copyOf(request));
    const headers = new Headers(upstream.headers);
    const dateMs = Date.parse(headers.get("date") ?? "");
    headers.set("date", new Date(dateMs + proxy.shiftMs).toUTCString());
    for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection"]) headers.delete(name);
    const body = Buffer.from(await upstream.arrayBuffer());
    response.writeHead(upstream.status, Object.fromEntries(headers)).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: DateProxy = {
    url: `http://127.0.0.1:${port}`,
    shiftMs: 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return proxy;
}

async function copyOf(request: IncomingMessage): Promise<RequestInit> {
  const body = await buffer(request);
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === "string" && !["host", "connection", "content-length"].includes(name)) headers.set(name, value);
  }
  return { method: request.method ?? "GET", headers, ...(body.length > 0 && { body: new Uint8Array(body) }) };
}
