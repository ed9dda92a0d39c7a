/** The steps of a request: identity, fault rules, handler, clock, audit entry, headers. */

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { AuditNote } from "./audit.ts";
import type { FaultRule, FaultSubject } from "./faults.ts";
import { type Api, type Call, type EmulatorContext, Refusal, type Reply, type Route } from "./http.ts";
import type { Tokens } from "./iam/tokens.ts";
import { withMember, withoutMember } from "./members.ts";
import { StorageError, type World } from "./world.ts";

const maxBodyBytes = 1_048_576;

/** What every request needs of the process. */
export interface Server {
  readonly world: World;
  readonly tokens: Tokens;
  /** The address that responses name; without it, the one that the client called. */
  readonly publicUrl?: string | undefined;
}

export async function serve(server: Server, api: Api, route: Route, context: EmulatorContext): Promise<Response> {
  const { world } = server;
  const text = await readText(context);
  const nowMs = world.clock.nowMs();
  const correlationId = context.req.header("correlation-id") ?? randomUUID();
  const url = new URL(context.req.url);
  const caller = await identify(server, context, nowMs);
  const notes: AuditNote = subjectNote(world, context.req.param("id"));
  const call: Call = {
    world,
    operation: route.operation,
    nowMs,
    correlationId,
    url,
    text: text ?? "",
    remoteAddress: context.env.incoming.socket.remoteAddress ?? "",
    param: (name) => context.req.param(name) ?? "",
    header: (name) => context.req.header(name),
    caller: () => {
      if (caller === undefined) throw api.unauthorized(context.req.header("authorization"));
      return caller;
    },
    note: (note) => Object.assign(notes, note),
  };
  const subject: FaultSubject = {
    operation: route.operation,
    method: route.method,
    path: url.pathname,
    keyIds: keyIdsOf(world, context.req.param("id")),
    caller: caller?.iamId,
  };
  const fault = world.faults.apply(subject);
  const audit = (status: number, effect: boolean, rest: { code?: string; dropped?: "before" | "after" }): number =>
    world.audit.append(
      {
        time: new Date(nowMs).toISOString(),
        correlationId,
        operation: route.operation,
        method: route.method,
        path: url.pathname,
        query: url.search === "" ? undefined : url.search,
        userAgent: context.req.header("user-agent"),
        caller: caller?.iamId,
        authn: caller?.authnIamId,
        callerName: caller?.name,
        ...notes,
        status,
        effect,
        fault: fault?.id,
        ...rest,
      },
      world.switches.auditEntries,
    );

  if (fault !== undefined && !(await passes("before", fault, { world, subject, context }))) {
    audit(0, false, { dropped: "before" });
    refusalToStore(world, false);
    return cutOff(context);
  }
  // The middleware has checked the name that the client called.
  world.baseUrl = server.publicUrl ?? url.origin;
  const attempted =
    text === undefined ? new Refusal(413, "too_large", "The body is too large.") : attempt(route, call, fault);
  const outcome = attempted instanceof Promise ? await attempted : attempted;
  const reply = replyOf(api, outcome, correlationId);
  const effect = route.mutates && !(outcome instanceof Refusal) && reply.effect !== false;
  if (effect) world.clock.tick();
  const response = fault === undefined ? reply : alteredAfter(api, fault, reply, correlationId);
  const seq = audit(response.status, effect, {
    ...(outcome instanceof Refusal && { code: outcome.code }),
    ...(fault?.drop === "after" && { dropped: "after" }),
  });
  // No `await` since the handler returned, so a file has both effect and audit entry, or neither.
  const unstored = refusalToStore(world, effect);
  if (unstored !== undefined) world.audit.amend(seq, { ...undone, status: unstored.status, code: unstored.code });
  if (fault === undefined || (await passes("after", fault, { world, subject, context }))) {
    const sent = unstored === undefined ? response : replyOf(api, unstored, correlationId);
    return respond(context, sent, api.headers(correlationId), nowMs);
  }
  world.audit.amend(seq, { dropped: "after" });
  refusalToStore(world, false);
  return cutOff(context);
}

const undone = { effect: false, to: undefined, after: undefined } as const;

/**
 * Stores the changes. If the file does not take them, an effect is undone and refused. A read is
 * answered all the same: what it noted is stored with the next change.
 */
function refusalToStore(world: World, effect: boolean): Refusal | undefined {
  try {
    world.persist();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (!effect) return undefined;
    world.undo();
    const message = `The emulator could not store the change, and undid it: ${error.message}`;
    return new Refusal(500, "emulated_storage_failed", message);
  }
  return undefined;
}

/** By a bearer token of this process, for every API (kms-v2-and-iam.md 7.6). */
async function identify({ world, tokens }: Server, context: EmulatorContext, nowMs: number) {
  const token = /^Bearer (.+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
  return token === undefined ? undefined : tokens.verify(world, token, nowMs);
}

/** Synchronous if the handler is: nothing may run between the effect and its storage. */
function attempt(route: Route, call: Call, fault: FaultRule | undefined): Outcome | Promise<Outcome> {
  try {
    if (fault?.status !== undefined && fault.when === "before") {
      if (fault.body === undefined) return emulatedFault(fault, fault.status);
      return { status: fault.status, body: fault.body, headers: retryAfter(fault), effect: false };
    }
    const reply = route.handle(call);
    return reply instanceof Promise ? reply.catch(refusalOf) : reply;
  } catch (error) {
    return refusalOf(error);
  }
}

type Outcome = Reply | Refusal;

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

function replyOf(api: Api, outcome: Outcome, correlationId: string): Reply {
  if (!(outcome instanceof Refusal)) return outcome;
  const { status, details } = outcome;
  return { status, body: api.refuse(outcome, correlationId), headers: details.headers ?? {} };
}

function emulatedFault(fault: FaultRule, status: number): Refusal {
  return new Refusal(status, "emulated_fault", "A fault rule answered this request.", { headers: retryAfter(fault) });
}

function retryAfter(fault: FaultRule): Record<string, string> {
  return fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
}

function alteredAfter(api: Api, fault: FaultRule, reply: Reply, correlationId: string): Reply {
  if (fault.status === undefined || fault.when !== "after") return rewritten(fault, reply);
  const refused = replyOf(api, emulatedFault(fault, fault.status), correlationId);
  return { ...refused, body: fault.body ?? refused.body };
}

function rewritten({ rewrite = {}, omit = [] }: FaultRule, reply: Reply): Reply {
  if (reply.status >= 300) return reply;
  const body = Object.entries(rewrite).reduce(
    (changed, [path, member]) => withMember(changed, path.split("."), member),
    reply.body,
  );
  return { ...reply, body: omit.reduce((rest, path) => withoutMember(rest, path.split(".")), body) };
}

/**
 * Delays, holds or drops a call before its effect or after it. A held call whose client disconnected
 * counts as dropped: before its effect, as never received.
 */
async function passes(when: "before" | "after", fault: FaultRule, call: HeldExchange): Promise<boolean> {
  const { world, subject, context } = call;
  if (when === "before" && fault.latencyMs > 0) await sleep(fault.latencyMs);
  const isHeld = fault.hold === when;
  if (isHeld) await world.faults.hold({ ...subject, fault: fault.id, hold: when }, goneSignal(context));
  return fault.drop !== when && !(isHeld && goneSignal(context).aborted);
}

interface HeldExchange {
  readonly world: World;
  readonly subject: FaultSubject;
  readonly context: EmulatorContext;
}

function goneSignal(context: EmulatorContext): AbortSignal {
  const { socket } = context.env.incoming;
  const controller = new AbortController();
  if (socket.destroyed) controller.abort();
  else socket.once("close", () => controller.abort());
  return controller.signal;
}

function cutOff(context: EmulatorContext): Response {
  context.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Plain headers, which Node's server sends as they are. All names are in lower case. */
function respond(context: EmulatorContext, reply: Reply, headers: Record<string, string>, nowMs: number): Response {
  const all = { ...headers, ...reply.headers, date: new Date(nowMs).toUTCString() };
  if (reply.body === undefined || context.req.method === "HEAD")
    return new Response(null, { status: reply.status, headers: all });
  const isText = typeof reply.body === "string";
  return new Response(isText ? (reply.body as string) : JSON.stringify(reply.body), {
    status: reply.status,
    headers: { "content-type": isText ? "text/plain" : "application/json", ...all },
  });
}

/** The body, unpacked if the client compressed it; undefined if it is too large. */
async function readText(context: EmulatorContext): Promise<string | undefined> {
  if (Number(context.req.header("content-length") ?? 0) > maxBodyBytes) return undefined;
  const bytes = Buffer.from(await context.req.arrayBuffer());
  const body = context.req.header("content-encoding") === "gzip" ? unpacked(bytes) : bytes;
  return body === undefined || body.length > maxBodyBytes ? undefined : body.toString();
}

function unpacked(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBodyBytes });
  } catch (error) {
    // What is not gzip reads as a body that is missing, which the handler refuses in its API's own
    // envelope.
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? undefined : Buffer.alloc(0);
  }
}

/** Names the key before the handler runs, for the entries of refused and dropped requests. */
function subjectNote(world: World, id: string | undefined): AuditNote {
  const kmsKey = id === undefined ? undefined : world.kmsKeyNamed(id);
  if (kmsKey !== undefined) {
    const { backingKeyOf, name: label } = kmsKey;
    return backingKeyOf === undefined
      ? { kmsKeyId: kmsKey.id, label }
      : { keyId: backingKeyOf.keyId, backingKeyId: kmsKey.id, label };
  }
  const key = id === undefined ? undefined : world.keys.get(id);
  return key === undefined ? {} : { keyId: key.id, label: key.label, vaultId: key.vaultId, from: key.state };
}

/** The IDs by which a fault rule can name the key: its own, its backing key's, its managed key's. */
function keyIdsOf(world: World, id: string | undefined): readonly string[] {
  if (id === undefined) return [];
  const named = world.kmsKeyNamed(id);
  const kmsKeys = new Set([...world.kmsKeys.byManagedKey.find(id), ...(named === undefined ? [] : [named])]);
  return [
    id,
    ...[...kmsKeys].flatMap(({ id: kmsKeyId, backingKeyOf }) => [
      kmsKeyId,
      ...(backingKeyOf ? [backingKeyOf.keyId] : []),
    ]),
  ];
}
