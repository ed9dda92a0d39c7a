/**
 * Sends every call to a service. It limits the number of concurrent calls, except calls for tokens, applies a deadline,
 * and retries only calls that are safe to send twice. It sends no change that services/changes.ts does not list, and
 * one that can cut a key off only with a permit, which it spends.
 */

import type { Agent, Dispatcher } from "undici";
import { UkoError } from "../../errors.ts";
import { isFresh, type Permit, spendPermit } from "../../lifecycle/vocabulary/permit.ts";
import { withoutSecret } from "../../text/printable.ts";
import { findChange } from "../changes.ts";
import { type Endpoint, hostAndPortOf, requireAllowedHost } from "./allowed-hosts.ts";
import { canceled, createTurnstile } from "./concurrency.ts";
import { type Deadline, openDeadline } from "./deadline.ts";
import { firstPace, type PaceResponse, paceAfter } from "./pace.ts";
import { type Exchange, exchange, maxResponseBytes } from "./request.ts";
import { maxAttempts, type Resend, retryDelayMs } from "./retry.ts";
import { parseHttpDate, parseRetryAfterMs } from "./wire-values.ts";

/** Bearer tokens, read only after the host is known to be allowed. */
export interface BearerSource {
  token(signal: AbortSignal): Promise<string>;
  /** After a 401: a token other than the rejected one, or undefined if none is available. */
  renew(rejected: string, signal: AbortSignal): Promise<string | undefined>;
}

export interface HttpRequest {
  readonly endpoint: Endpoint;
  readonly method: "GET" | "HEAD" | "OPTIONS" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Returns the absolute path for the endpoint's own path, which has no trailing slash. */
  readonly path: (endpointPath: string) => string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called after the host check, because a token request contains the credential. */
  readonly body?: () => string | Buffer;
  /** `latin1` keeps each byte of a response that is not text. */
  readonly responseEncoding?: "latin1";
  readonly bearer?: BearerSource;
  /** For a change that can cut a key off: the permit for exactly this request and its resends. */
  readonly permit?: Permit;
  readonly resend: Resend;
  readonly signal: AbortSignal;
  /** For the whole call with all its retries; defaults to the client's own deadline. */
  readonly deadlineMs?: number;
}

export interface HttpResponse {
  readonly kind: "response";
  readonly status: number;
  /** The body, in which the token that was sent is replaced. */
  readonly text: string;
  readonly header: (name: string) => string | undefined;
  /** The service's `Date`; undefined if missing or malformed. */
  readonly serviceTimeMs: number | undefined;
  /** Empty if the service sent none. */
  readonly correlationId: string;
  /** How often the call was sent, if more than once. */
  readonly attempts?: number;
  /** After a 401, the call was sent again with a new token, so the response is not about an expired token. */
  readonly isTokenNew?: true;
  /** The address that answered. */
  readonly endpoint?: Endpoint;
}

/** No response arrived: it is unknown whether the request had its effect, unless it was not sent. */
export interface NoResponse {
  readonly kind: "none";
  readonly isUnsent?: true;
  /** The host and the port on this machine at which nothing listens. */
  readonly silentHere?: string;
  /** No host has the name in the address, or this machine reaches no server that knows names. */
  readonly isUnknownHost?: true;
  /** The server at the address does not speak TLS. */
  readonly isWithoutTls?: true;
  /** The address that was called. */
  readonly endpoint?: Endpoint;
  /** `expired`: the permit is too old, so the request was not sent, or not sent again after a refusal. */
  readonly why: "broken" | "deadline" | "canceled" | "too_large" | "expired";
  readonly reason: string;
}

export interface HttpClient {
  /** Throws UKO_HOST_NOT_ALLOWED, UKO_CANCELED before sending, UKO_BUG without a permit, and the bearer source's errors. */
  send(request: HttpRequest): Promise<HttpResponse | NoResponse>;
  /** The `Date` of the latest response that had one; for logs, never for decisions. */
  serviceTimeMs(): number | undefined;
  close(): Promise<void>;
}

/**
 * A proxy, which passes TLS connections on without opening them. Hosts in `NO_PROXY`, and this machine, are called
 * directly.
 */
export interface ProxySettings {
  readonly url: string;
  readonly exceptions: string;
}

export interface HttpClientOptions {
  readonly proxy?: ProxySettings;
  /** `UKO_ALLOWED_HOSTS`: `host` or `host:port`; from the environment only. */
  readonly allowedHosts: readonly string[];
  readonly userAgent: string;
  /** A monotonic clock; its zero does not matter. */
  readonly monotonicMs: () => number;
  /** Returns a random number from 0 up to 1, which spreads retries. */
  readonly random: () => number;
  /** Rejects as soon as the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** The most concurrent calls, not counting token calls; default 8. Fewer if the service asks for it. */
  readonly maxConcurrentCalls?: number;
  /** The deadline of a call with all its retries. The default is 90 s, because the service in turn queries keystores. */
  readonly deadlineMs?: number;
}

const defaultDeadlineMs = 90_000;
const defaultConcurrentCalls = 8;
const connectTimeoutMs = 10_000;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  let lazyAgents: Promise<Agents> | undefined;
  const mostAtOnce = options.maxConcurrentCalls ?? defaultConcurrentCalls;
  let pace = firstPace(mostAtOnce);
  const turnstile = createTurnstile(() => Math.floor(pace.limit));
  const onResponse = (response: PaceResponse): void => {
    pace = paceAfter(pace, response, mostAtOnce);
  };
  let serviceTimeMs: number | undefined;

  return {
    async send(request) {
      // The deadline of a call begins when its turn comes. Token calls take no turn, because calls that already have a
      // turn wait for them.
      const order = request.method === "GET" ? "in turn" : "before reads";
      const isPaced = request.bearer !== undefined;
      const leave = isPaced ? await turnstile.enter(request.signal, order) : () => {};
      try {
        if (isPaced) await untilMs(options, () => pace.pausedUntilMs, request.signal);
        const target = targetOf(request, options.allowedHosts);
        requireListed(request, target.path);
        lazyAgents ??= openAgents(options);
        const { direct, proxied } = await lazyAgents;
        const agent = target.isLoopback ? direct : (proxied ?? direct);
        const end = await sendWithRetries({ agent, target, request }, options, isPaced ? onResponse : undefined);
        if (end.kind === "response") serviceTimeMs = end.serviceTimeMs ?? serviceTimeMs;
        return end;
      } finally {
        leave();
      }
    },
    serviceTimeMs: () => serviceTimeMs,
    async close() {
      const agents = await lazyAgents;
      await Promise.all([agents?.direct.close(), agents?.proxied?.close()]);
    },
  };
}

/** Waits as long as the service asked an earlier call to wait. Throws UKO_CANCELED. */
async function untilMs(
  { monotonicMs, sleep }: HttpClientOptions,
  pausedUntilMs: () => number,
  signal: AbortSignal,
): Promise<void> {
  for (let waits = 0; waits < maxAttempts; waits += 1) {
    const waitMs = pausedUntilMs() - monotonicMs();
    if (waitMs <= 0) return;
    await sleep(waitMs, signal).catch(() => {
      throw canceled();
    });
  }
}

interface Agents {
  readonly direct: Dispatcher;
  readonly proxied: Dispatcher | undefined;
}

/** Imports undici lazily, because most processes that an engine starts make no call. */
async function openAgents({ maxConcurrentCalls, proxy }: HttpClientOptions): Promise<Agents> {
  const { Agent, EnvHttpProxyAgent } = await import("undici");
  // This overrides NODE_TLS_REJECT_UNAUTHORIZED=0, so that a server without a trusted certificate never gets a
  // credential.
  const tls = { rejectUnauthorized: true, timeout: connectTimeoutMs };
  const agentOptions: Agent.Options = {
    connections: maxConcurrentCalls ?? defaultConcurrentCalls,
    pipelining: 1,
    maxResponseSize: maxResponseBytes,
    // With HTTP/2, several calls would share one connection, which would defeat the limit of concurrent calls.
    allowH2: false,
    connect: tls,
  };
  const direct = new Agent(agentOptions);
  if (proxy === undefined) return { direct, proxied: undefined };
  const { url: httpsProxy, exceptions: noProxy } = proxy;
  const proxied = new EnvHttpProxyAgent({ ...agentOptions, httpsProxy, noProxy, requestTls: tls, proxyTls: tls });
  return { direct, proxied };
}

async function sendWithRetries(
  call: Pick<Attempt, "agent" | "target" | "request">,
  options: HttpClientOptions,
  onResponse?: (response: PaceResponse) => void,
): Promise<HttpResponse | NoResponse> {
  const { signal, deadlineMs = options.deadlineMs ?? defaultDeadlineMs } = call.request;
  if (signal.aborted) throw canceled();
  const deadline = openDeadline(signal, deadlineMs);
  try {
    return await sendWithin({ ...call, userAgent: options.userAgent, deadline }, options, onResponse);
  } finally {
    deadline.close();
  }
}

async function sendWithin(
  once: Attempt,
  options: HttpClientOptions,
  onResponse?: (response: PaceResponse) => void,
): Promise<HttpResponse | NoResponse> {
  const {
    request,
    deadline: { ms: deadlineMs, signal },
  } = once;
  const startedMs = options.monotonicMs();

  for (let attempts = 1; attempts <= maxAttempts; attempts += 1) {
    const sentAtMs = options.monotonicMs();
    const response = await attempt(once);
    const ended = attempts > 1 && response.kind === "response" ? { ...response, attempts } : response;
    if (ended.kind === "response") onResponse?.({ ...statusOf(ended), sentAtMs, nowMs: options.monotonicMs() });
    if (ended.kind === "none" && ended.why !== "broken") return ended;
    const delayMs = retryDelayMs({
      resend: request.resend,
      end:
        ended.kind === "none"
          ? { kind: "broken", isUnsent: ended.isUnsent === true }
          : { kind: "response", ...statusOf(ended) },
      attempts,
      elapsedMs: options.monotonicMs() - startedMs,
      deadlineMs,
      random: options.random(),
    });
    if (delayMs === undefined) return ended;
    try {
      await options.sleep(delayMs, signal);
    } catch {
      // The last attempt has ended, so the result of a change is certain and must be reported. A read that was canceled
      // meanwhile reports the cancellation.
      if (request.signal.aborted && request.resend === "always") throw canceled();
      return ended;
    }
  }
  throw new UkoError("UKO_BUG", { detail: "A call was tried too often." });
}

interface Attempt {
  readonly agent: Dispatcher;
  readonly target: Target;
  readonly request: HttpRequest;
  readonly userAgent: string;
  readonly deadline: Deadline;
}

/** Makes one attempt. After a 401 the service has done nothing, so the call is sent once more with a fresh token. */
async function attempt(once: Attempt): Promise<HttpResponse | NoResponse> {
  const { bearer } = once.request;
  if (bearer === undefined) return exchangeOnce(once, undefined);
  const token = await tokenWithin(once, () => bearer.token(once.deadline.signal));
  if (typeof token === "object") return token;
  const response = await exchangeOnce(once, token);
  if (response.kind === "none" || response.status !== 401) return response;
  const fresh = await tokenWithin(once, () => bearer.renew(token, once.deadline.signal));
  // Without a fresh token, the caller gets the 401, because no request is in progress.
  if (fresh === undefined || typeof fresh === "object") return response;
  const second = await exchangeOnce(once, fresh);
  return second.kind === "none" ? second : { ...second, isTokenNew: true };
}

/** Gets a token within the deadline of the call. Without one, the call was never sent. */
async function tokenWithin<T extends string | undefined>(
  once: Attempt,
  get: () => Promise<T>,
): Promise<T | NoResponse> {
  try {
    return await get();
  } catch (error) {
    if (once.request.signal.aborted) throw canceled();
    if (once.deadline.isOver()) {
      return { kind: "none", why: "deadline", isUnsent: true, reason: noTokenInTime(once.deadline.ms) };
    }
    throw error;
  }
}

const noTokenInTime = (deadlineMs: number): string =>
  `IAM did not return a token within ${deadlineMs / 1000} s, and nothing was sent`;

async function exchangeOnce(once: Attempt, token: string | undefined): Promise<HttpResponse | NoResponse> {
  const { request } = once;
  if (request.permit !== undefined && !isFresh(request.permit)) {
    return { kind: "none", why: "expired", isUnsent: true, reason: "the decision was too old to send the call" };
  }
  const result: Exchange = await exchange(once.agent, {
    ...{ origin: once.target.origin, path: once.target.path },
    method: request.method,
    headers: {
      accept: "application/json",
      "user-agent": once.userAgent,
      ...request.headers,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: request.body?.(),
    encoding: request.responseEncoding ?? "utf8",
    signal: once.deadline.signal,
  });
  switch (result.kind) {
    case "response":
      return { ...toResponse(result, token), endpoint: request.endpoint };
    case "too_large":
      return { kind: "none", why: "too_large", reason: `the response is larger than ${result.maxBytes} bytes` };
    case "broken":
      if (request.signal.aborted)
        return { kind: "none", why: "canceled", reason: "the run was canceled before the response arrived" };
      if (once.deadline.isOver()) {
        return { kind: "none", why: "deadline", reason: `no response arrived within ${once.deadline.ms / 1000} s` };
      }
      return { ...brokenBy(result.code, once.target), endpoint: request.endpoint };
  }
}

/** Codes of a connection that was never made, so that no request could be sent on it. */
const noConnection: readonly string[] = ["ECONNREFUSED", "EAI_AGAIN", "ENOTFOUND", "UND_ERR_CONNECT_TIMEOUT"];

/** Codes of a server that answered a TLS greeting with something else. */
const noTls: readonly string[] = ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"];

function brokenBy(code: string, { origin, isLoopback }: Target): NoResponse {
  const { host } = new URL(origin);
  const reason = `the connection to ${host} failed (${code})`;
  if (!noConnection.includes(code)) {
    return { kind: "none", why: "broken", reason, ...(noTls.includes(code) && { isWithoutTls: true }) };
  }
  return {
    ...{ kind: "none", why: "broken", isUnsent: true, reason: `${reason}, so nothing was sent` },
    ...(code === "ECONNREFUSED" && isLoopback && { silentHere: hostAndPortOf({ url: origin }) }),
    ...(code === "ENOTFOUND" && { isUnknownHost: true }),
  };
}

function toResponse(result: Extract<Exchange, { kind: "response" }>, token: string | undefined): HttpResponse {
  const header = (name: string): string | undefined => result.headers[name];
  const correlationId = header("x-correlation-id") ?? header("correlation-id") ?? header("transaction-id") ?? "";
  return {
    kind: "response",
    status: result.status,
    text: token === undefined ? result.text : withoutSecret(result.text, token),
    header,
    serviceTimeMs: parseHttpDate(header("date")),
    correlationId: /^[\x20-\x7e]{1,200}$/.test(correlationId) ? correlationId : "",
  };
}

function statusOf(response: HttpResponse): { status: number; retryAfterMs: number | undefined } {
  return {
    status: response.status,
    retryAfterMs: parseRetryAfterMs(response.header("retry-after"), response.serviceTimeMs),
  };
}

/** Throws UKO_BUG for a change that is not listed, and for one that can cut a key off and has no permit for it. */
function requireListed({ method, permit }: HttpRequest, path: string): void {
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return;
  const listed = findChange(method, path);
  if (listed === undefined) {
    throw new UkoError("UKO_BUG", { detail: `Nothing was sent, because services/changes.ts does not list ${method}.` });
  }
  const { change, id } = listed;
  if (typeof change !== "string") spendPermit(permit, { act: change.permit, id });
}

interface Target {
  readonly origin: string;
  /** The path with the query. */
  readonly path: string;
  readonly isLoopback: boolean;
}

function targetOf({ endpoint, path: pathBelow, query }: HttpRequest, allowedHosts: readonly string[]): Target {
  const { origin, path, isLoopback } = requireAllowedHost(endpoint, allowedHosts);
  const asked = query === undefined ? "" : `?${new URLSearchParams(query)}`;
  return { origin, path: `${pathBelow(path)}${asked}`, isLoopback };
}

/** A call that got a response. */
export interface WatchedExchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  /** Including all retries. */
  readonly durationMs: number;
}

export function watchClient(
  http: HttpClient,
  monotonicMs: () => number,
  watch: (exchange: WatchedExchange) => void,
): HttpClient {
  return {
    ...http,
    async send(request) {
      const startedMs = monotonicMs();
      const response = await http.send(request);
      if (response.kind === "response") watch({ request, response, durationMs: monotonicMs() - startedMs });
      return response;
    },
  };
}
