/**
 * The transport to KMS v2: paths, the instance pinned in a header (kms-v2-and-iam.md 1.1, 1.3), and
 * failed reads thrown.
 */

import type { KmsKeyRef } from "../../engine/kms-ports.ts";
import { UkoError } from "../../errors.ts";
import type { Right } from "../../lifecycle/managed-key-states.ts";
import { uuidForm } from "../../uuid-form.ts";
import type { Endpoint } from "../http/allowed-hosts.ts";
import type { BearerSource, HttpAnswer, HttpClient, HttpRequest, NoAnswer } from "../http/client.ts";
import { noAnswerToRead } from "../http/faults.ts";
import { service, throwReadError } from "./errors.ts";

export interface KmsClientOptions {
  readonly http: HttpClient;
  readonly bearer: BearerSource;
  readonly endpoint: (signal: AbortSignal) => Promise<Endpoint>;
  readonly instanceId: string;
}

export interface KmsCall extends Pick<HttpRequest, "method" | "query" | "resend" | "signal"> {
  /** Below `/api/v2`; the parts are validated already. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface KmsTransport {
  readonly instanceId: string;
  call(call: KmsCall): Promise<HttpAnswer | NoAnswer>;
  /** A read whose failures throw; `isAnswer` names other statuses that the caller handles. */
  read(
    call: Pick<KmsCall, "path" | "query" | "headers" | "signal">,
    right: Right,
    isAnswer?: (answer: HttpAnswer) => boolean,
  ): Promise<HttpAnswer>;
}

export function createKmsTransport(options: KmsClientOptions): KmsTransport {
  const call = async ({ path, headers, body, ...wanted }: KmsCall): Promise<HttpAnswer | NoAnswer> =>
    options.http.send({
      ...wanted,
      endpoint: await options.endpoint(wanted.signal),
      path: (base) => `${base.replace(/\/api(\/v2)?$/, "")}/api/v2${path}`,
      headers: {
        ...headers,
        "bluemix-instance": options.instanceId,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: () => JSON.stringify(body) }),
      bearer: options.bearer,
    });
  return {
    instanceId: options.instanceId,
    call,
    async read(wanted, right, isAnswer = () => false) {
      const end = await call({ ...wanted, method: "GET", resend: "always" });
      if (end.kind === "none") throw noAnswerToRead(service, end);
      return end.status === 200 || isAnswer(end) ? end : throwReadError(end, right);
    },
  };
}

/**
 * The key's path; throws UKO_INSTANCE_MISMATCH if the key belongs to another instance than this
 * client's.
 */
export function kmsKeyPath(transport: KmsTransport, { instanceId, kmsKeyId }: KmsKeyRef): string {
  if (instanceId !== transport.instanceId) {
    throw new UkoError("UKO_INSTANCE_MISMATCH", {
      summary: `KMS key ${kmsKeyId} belongs to instance ${instanceId}, and this run talks to ${transport.instanceId}`,
      detail: "Nothing was read or changed.",
    });
  }
  if (uuidForm.test(kmsKeyId)) return `/keys/${kmsKeyId}`;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: "The id of the KMS key is not an id",
    detail: "Ids are UUIDs in lower case; an alias is none. Nothing was called.",
  });
}

/**
 * A name that becomes part of a path: an alias or a key ring (kms-v2-and-iam.md 2.2,
 * uko-v4.md 3.8).
 */
export function checkedName(name: string, what: "alias" | "key ring"): string {
  if (/^[A-Za-z0-9_-]{2,100}$/.test(name)) return name;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The name of the ${what} is not a name`,
    detail: "It is 2 to 100 letters, digits and hyphens, and in an alias underscores. Nothing was called.",
  });
}
