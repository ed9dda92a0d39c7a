/**
 * The transport to UKO v4: paths, headers (uko-v4.md 1.4), the pinned instance, and parsed
 * responses.
 */

import type * as z from "zod";
import type { Answered } from "../../engine/ports.ts";
import { UkoError } from "../../errors.ts";
import type { Right } from "../../lifecycle/managed-key-states.ts";
import type { Endpoint } from "../http/allowed-hosts.ts";
import type { BearerSource, HttpAnswer, HttpClient, HttpRequest, NoAnswer } from "../http/client.ts";
import { noAnswerToRead } from "../http/faults.ts";
import { answeredFrom, openedFrom } from "../http/parse-response.ts";
import type { Resend } from "../http/retry.ts";
import { service, throwReadError, withTrace } from "./errors.ts";

export interface UkoTransportOptions {
  readonly http: HttpClient;
  readonly bearer: BearerSource;
  readonly endpoint: (signal: AbortSignal) => Promise<Endpoint>;
  readonly instanceId: string;
  /**
   * Throws if another instance answers. Called before every write, and expected to cache its
   * result.
   */
  readonly beforeWrite: (signal: AbortSignal) => Promise<void>;
}

export interface UkoCall {
  readonly method: HttpRequest["method"];
  /** Below `/api/v4`; the parts are validated already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as `UKO-Vault`: API 4.9 and earlier need it, later ones ignore it. */
  readonly vaultId?: string;
  readonly etag?: string;
  readonly body?: unknown;
  readonly resend: Resend;
  readonly signal: AbortSignal;
}

export interface UkoTransport {
  readonly instanceId: string;
  call(call: UkoCall): Promise<HttpAnswer | NoAnswer>;
  /** A read whose failures throw; `undefined` never means a failure. */
  read(call: Omit<UkoCall, "resend">, right: Right, isAnswer?: (answer: HttpAnswer) => boolean): Promise<HttpAnswer>;
}

const idForm = /^[-0-9a-z]{1,36}$/;

export function createUkoTransport(options: UkoTransportOptions): UkoTransport {
  const { http, bearer, instanceId } = options;
  const call = async (wanted: UkoCall): Promise<HttpAnswer | NoAnswer> => {
    const { vaultId, etag, body } = wanted;
    if (wanted.method !== "GET") await options.beforeWrite(wanted.signal);
    const end = await http.send({
      endpoint: await options.endpoint(wanted.signal),
      method: wanted.method,
      path: (base) => `${contextRoot(base)}/v4${wanted.path}`,
      ...(wanted.query === undefined ? {} : { query: wanted.query }),
      headers: {
        ...(vaultId === undefined ? {} : { "uko-vault": vaultId }),
        ...(etag === undefined ? {} : { "if-match": etag }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: () => JSON.stringify(body) }),
      bearer,
      resend: wanted.resend,
      signal: wanted.signal,
    });
    return end.kind === "none" ? end : withTrace(end);
  };

  return {
    instanceId,
    call,
    async read(wanted, right, isAnswer = () => false) {
      const end = await call({ ...wanted, resend: "always" });
      if (end.kind === "none") throw noAnswerToRead(service, end);
      return end.status === 200 || isAnswer(end) ? end : throwReadError(end, right);
    },
  };
}

/** IDs come from state and from command lines; an invalid one must not become a path. */
export function checkedId(id: string, what: string): string {
  if (idForm.test(id)) return id;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The id of the ${what} is not an id`,
    detail: "Ids are UUIDs in lower case. Nothing was called.",
  });
}

export function opened<T extends z.ZodType>(answer: HttpAnswer, schema: T, body?: unknown): z.output<T> {
  return openedFrom(service, answer, schema, body);
}

export function answered<T>(answer: HttpAnswer, value: T): Answered<T> {
  return answeredFrom(service, answer, value);
}

/** An endpoint may be written with or without `/api`, `/api/v4`. */
function contextRoot(base: string): string {
  return `${base.replace(/\/v4$/, "").replace(/\/api$/, "")}/api`;
}
