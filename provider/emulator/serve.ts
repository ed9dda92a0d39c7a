/**
 * Serves one request: identifies the caller, applies the faults that a test added, and runs the code of the call. Then
 * it writes the audit entry, and sends the response.
 */

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { withMember, withoutMember } from "./http/members.ts";
import {
  type Api,
  type Call,
  type Exchange,
  Refusal,
  type Reply,
  type Route,
  readBody,
  sendReply,
} from "./http/responses.ts";
import type { Tokens } from "./iam/tokens.ts";
import type { AuditNote } from "./store/audit.ts";
import type { FaultRule, FaultSubject } from "./store/faults.ts";
import type { Caller } from "./store/model.ts";
import type { World } from "./store/world.ts";

const maxBodyBytes = 1_048_576;

/** The parts of the process that every request uses. */
export interface Server {
  readonly world: World;
  readonly tokens: Tokens;
  /** The address that responses name; without it, the one that the client called. */
  readonly publicUrl?: string | undefined;
}

export async function serve(server: Server, api: Api, route: Route, exchange: Exchange): Promise<void> {
  const { world } = server;
  const { url, incoming } = exchange;
  const text = await readText(exchange);
  const { call, caller, notes } = await openCall(server, api, route, exchange, text ?? "");
  const { nowMs, correlationId, param, header } = call;
  const subject: FaultSubject = {
    operation: route.operation,
    method: route.method,
    path: url.pathname,
    keyIds: keyIdsOf(world, param("id")),
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
        userAgent: header("user-agent"),
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

  if (fault !== undefined && !(await passes("before", fault, { world, subject, incoming }))) {
    audit(0, false, { dropped: "before" });
    incoming.socket.destroy();
    return;
  }
  // `app.ts` has checked the name that the client called.
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
  if (fault === undefined || (await passes("after", fault, { world, subject, incoming }))) {
    const date = new Date(nowMs).toUTCString();
    sendReply(exchange, { ...response, headers: { ...api.headers(correlationId), ...response.headers, date } });
    return;
  }
  world.audit.amend(seq, { dropped: "after" });
  incoming.socket.destroy();
}

/** A request as its handler sees it, its caller, and what its audit entry says in the end. */
async function openCall({ world, tokens }: Server, api: Api, { operation }: Route, exchange: Exchange, text: string) {
  const { header, param } = exchange;
  const nowMs = world.clock.nowMs();
  const token = /^Bearer (.+)$/i.exec(header("authorization") ?? "")?.[1];
  // A token of this process is one for every API (kms-v2-and-iam.md 7.6).
  const caller = token === undefined ? undefined : await tokens.verify(world, token, nowMs);
  const notes: AuditNote = subjectNote(world, param("id"));
  const correlationId = header("correlation-id") ?? randomUUID();
  const openedBy = (): Caller => {
    if (caller === undefined) throw api.unauthorized(header("authorization"));
    return caller;
  };
  const note = (more: AuditNote) => Object.assign(notes, more);
  const call: Call = { ...exchange, world, operation, nowMs, correlationId, text, caller: openedBy, note };
  return { call, caller, notes };
}

/** Synchronous if the handler is: nothing may run between the effect and its audit entry. */
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
  const { world, subject, incoming } = call;
  if (when === "before" && fault.latencyMs > 0) await sleep(fault.latencyMs);
  const isHeld = fault.hold === when;
  if (isHeld) await world.faults.hold({ ...subject, fault: fault.id, hold: when }, goneSignal(incoming));
  return fault.drop !== when && !(isHeld && goneSignal(incoming).aborted);
}

interface HeldExchange {
  readonly world: World;
  readonly subject: FaultSubject;
  readonly incoming: Exchange["incoming"];
}

function goneSignal({ socket }: Exchange["incoming"]): AbortSignal {
  const controller = new AbortController();
  if (socket.destroyed) controller.abort();
  else socket.once("close", () => controller.abort());
  return controller.signal;
}

/** The body, unpacked if the client compressed it; undefined if it is too large. */
async function readText(exchange: Exchange): Promise<string | undefined> {
  const bytes = await readBody(exchange, maxBodyBytes);
  const isPacked = bytes !== undefined && exchange.incoming.headers["content-encoding"] === "gzip";
  return (isPacked ? unpacked(bytes) : bytes)?.toString();
}

function unpacked(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBodyBytes });
  } catch (error) {
    // A body that is not gzip counts as missing, which the handler refuses in the form of its API.
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? undefined : Buffer.alloc(0);
  }
}

/** Names the key before the handler runs, for the entries of refused and dropped requests. */
function subjectNote(world: World, id: string): AuditNote {
  const kmsKey = world.kmsKeyNamed(id);
  if (kmsKey !== undefined) {
    const { backingKeyOf, name: label } = kmsKey;
    return backingKeyOf === undefined
      ? { kmsKeyId: kmsKey.id, label }
      : { keyId: backingKeyOf.keyId, backingKeyId: kmsKey.id, label };
  }
  const key = world.keys.get(id);
  return key === undefined ? {} : { keyId: key.id, label: key.label, vaultId: key.vaultId, from: key.state };
}

/** The IDs by which a fault rule can name the key: its own, its backing key's, its managed key's. */
function keyIdsOf(world: World, id: string): readonly string[] {
  if (id === "") return [];
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
