/** A service under a test's control: replies from a script, in order, with all requests recorded. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Endpoint } from "../../provider/services/http/allowed-hosts.ts";
import { createHttpClient, type HttpClient, type HttpClientOptions } from "../../provider/services/http/client.ts";

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: unknown;
  /** Cuts the connection instead: before a response, or in the middle of its body. */
  readonly cut?: "before" | "within";
  /** Never answers. */
  readonly silent?: boolean;
  readonly latencyMs?: number;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface ScriptedServer {
  readonly url: string;
  readonly endpoint: Endpoint;
  readonly asked: Asked[];
  /** The maximum of concurrent requests under the current script. */
  readonly mostAtOnce: () => number;
  /** Replaces the script; the last reply is repeated. A function decides by request. */
  script(...replies: readonly Reply[]): void;
  respond(reply: (asked: Asked) => Reply): void;
  close(): Promise<void>;
}

export const serviceDate = "Tue, 24 Nov 2026 14:22:00 GMT";
export const serviceTimeMs = Date.UTC(2026, 10, 24, 14, 22, 0);

async function startScriptedServer(): Promise<ScriptedServer> {
  let decide: (asked: Asked) => Reply = () => ({ status: 500 });
  const asked: Asked[] = [];
  let now = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    now += 1;
    most = Math.max(most, now);
    response.once("close", () => {
      now -= 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    asked.push(one);
    await write(response, decide(one));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    endpoint: { url, source: "environment", role: "iam" },
    asked,
    mostAtOnce: () => most,
    script: (...replies) => {
      most = now;
      const left = [...replies];
      decide = () => (left.length > 1 ? left.shift() : left[0]) ?? { status: 500 };
    },
    respond: (reply) => {
      decide = reply;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One server for a file of tests, reset before each test. */
export function useScriptedServer(): ScriptedServer {
  let started: ScriptedServer | undefined;
  beforeAll(async () => {
    started = await startScriptedServer();
  });
  beforeEach(() => {
    if (started !== undefined) started.asked.length = 0;
  });
  afterAll(() => started?.close());
  return new Proxy({} as ScriptedServer, {
    get(_, name) {
      if (started === undefined) throw new Error("The server is started before the tests.");
      return Reflect.get(started, name);
    },
  });
}

interface ServiceChoices {
  /** What an endpoint may end with. */
  readonly suffix?: string;
  readonly token?: string;
  /** The token after a 401; none by default. */
  readonly renewed?: string;
}

/** The dependencies of an adapter for one person's run, with that server. */
export function serviceAt(server: ScriptedServer, { suffix = "", token = "token", renewed }: ServiceChoices = {}) {
  return {
    http: aClient().http,
    bearer: { token: async () => token, renew: async () => renewed },
    endpoint: async (): Promise<Endpoint> => ({
      url: `${server.url}${suffix}`,
      source: "environment",
      role: "iam",
    }),
    instanceId: "instance",
    beforeWrite: async () => {},
    monotonicMs: () => 0,
    sleep: async () => {},
  };
}

async function write(response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.silent === true) return;
  if (reply.latencyMs !== undefined) await new Promise((resolve) => setTimeout(resolve, reply.latencyMs));
  if (reply.cut === "before") {
    response.socket?.destroy();
    return;
  }
  response.sendDate = false;
  const body = reply.body === undefined ? "" : typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
  const headers = { date: serviceDate, "content-type": "application/json", ...reply.headers };
  for (const [name, value] of Object.entries(headers)) if (value !== null) response.setHeader(name, value);
  response.statusCode = reply.status ?? 200;
  if (reply.cut === "within") {
    response.setHeader("content-length", "1000");
    response.write("{");
    setTimeout(() => response.socket?.destroy(), 10);
    return;
  }
  response.end(body);
}

export interface TestClient {
  readonly http: HttpClient;
  /** The waits that the client requested, which the test spends at once. */
  readonly waits: number[];
}

/** A client whose waits cost no time and whose clock moves only by them. */
export function aClient(options: Partial<HttpClientOptions> = {}): TestClient {
  const waits: number[] = [];
  let nowMs = 0;
  const http = createHttpClient({
    allowedHosts: ["127.0.0.1", "localhost"],
    userAgent: "uko-test/0",
    monotonicMs: () => nowMs,
    random: () => 0,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      waits.push(ms);
      nowMs += ms;
    },
    deadlineMs: 20_000,
    ...options,
  });
  return { http, waits };
}

export const never = (): AbortSignal => new AbortController().signal;
