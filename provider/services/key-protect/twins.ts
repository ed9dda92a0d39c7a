/** The port `Twins` over KMS v2 (kms-v2-and-iam.md 2.4, 2.10): what KMS says about an internal key, and its deletion window. */

import type { Twins, Written } from "../../engine/ports.ts";
import { isUkoError } from "../../errors.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import type { Twin } from "../../lifecycle/observation.ts";
import type { Endpoint } from "../http/allowed-hosts.ts";
import type { BearerSource, HttpAnswer, HttpClient, HttpRequest, NoAnswer } from "../http/client.ts";
import { parseJson } from "../http/json.ts";
import { printable } from "../http/printable.ts";
import { cancelled } from "../http/single-flight.ts";
import { parseDateTimeMs } from "../http/timestamps.ts";
import { toWritten } from "../http/written.ts";
import { messageOf, reasonCodes, service } from "./errors.ts";
import { kmsKeys, type WireKmsKey } from "./wire.ts";

export interface TwinsOptions {
  readonly http: HttpClient;
  readonly bearer: BearerSource;
  readonly endpoint: (signal: AbortSignal) => Promise<Endpoint>;
  readonly instanceId: string;
}

const keyIdForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** kms-v2-and-iam.md 3: there is no 4. */
const states = new Map([
  [1, "active"],
  [2, "suspended"],
  [3, "deactivated"],
  [5, "destroyed"],
] as const);
const setOrUnset = `${rights.setForDeletion.action} or unsetkeyfordeletion (role ${rights.setForDeletion.roles.join(" or ")})`;

export function createTwins(options: TwinsOptions): Twins {
  const call = async (request: Pick<HttpRequest, "method" | "resend" | "signal"> & { keyPath: string }) =>
    options.http.send({
      endpoint: await options.endpoint(request.signal),
      method: request.method,
      path: (base) => `${base.replace(/\/api(\/v2)?$/, "")}/api/v2/keys/${request.keyPath}`,
      headers: { "bluemix-instance": options.instanceId },
      bearer: options.bearer,
      resend: request.resend,
      signal: request.signal,
    });

  /** Sent again only after a 429: setting twice may move the window's end (kms-v2-and-iam.md 8). */
  const act = async (kmsKeyId: string, action: string, signal: AbortSignal): Promise<Written<undefined>> => {
    if (!keyIdForm.test(kmsKeyId)) {
      return {
        kind: "refused",
        status: 400,
        message: "the id of the KMS twin is not an id; nothing was sent",
        correlationId: "",
      };
    }
    const end = await call({ method: "POST", keyPath: `${kmsKeyId}/actions/${action}`, resend: "after_429", signal });
    return toWritten(end, {
      service,
      messageOf,
      unauthorizedIsForbidden: true,
      rightNeeded: setOrUnset,
      readValue: ({ status }) => (status === 204 || status === 200 ? { value: undefined } : undefined),
    });
  };

  return {
    async read(kmsKeyId, { signal }) {
      if (!keyIdForm.test(kmsKeyId)) return unreadable(kmsKeyId, "its id is not an id");
      try {
        const keyPath = `${kmsKeyId}/metadata`;
        return toTwin(kmsKeyId, await call({ method: "GET", keyPath, resend: "always", signal }));
      } catch (error) {
        if (!isUkoError(error) || concernsTheRun.includes(error.code)) throw error;
        return unreadable(kmsKeyId, `${error.summary}. ${error.detail}`);
      }
    },
    setForDeletion: (kmsKeyId, { signal }) => act(kmsKeyId, "setKeyForDeletion", signal),
    unsetForDeletion: (kmsKeyId, { signal }) => act(kmsKeyId, "unsetKeyForDeletion", signal),
  };
}

/** These are not about the twin, and the whole run ends with them. */
const concernsTheRun: readonly string[] = [
  "UKO_CANCELLED",
  "UKO_HOST_NOT_ALLOWED",
  "UKO_CREDENTIAL_REFUSED",
  "UKO_BUG",
];

function toTwin(kmsKeyId: string, end: HttpAnswer | NoAnswer): Twin {
  if (end.kind === "none" && end.why === "cancelled") throw cancelled();
  if (end.kind === "none") return unreadable(kmsKeyId, end.reason);
  if (end.status === 404 && reasonCodes(end).includes("KEY_NOT_FOUND_ERR")) return { kind: "absent", kmsKeyId };
  if (end.status !== 200) {
    const message = messageOf(end);
    const id = end.correlationId === "" ? "" : ` (correlation id ${end.correlationId})`;
    return unreadable(kmsKeyId, `KMS answered ${end.status}${message === "" ? "" : `: ${message}`}${id}`);
  }
  const read = kmsKeys.safeParse(parseJson(end.text));
  const key = read.data?.resources[0];
  if (key === undefined) return unreadable(kmsKeyId, "KMS's answer does not have the documented form");
  if (key.id !== kmsKeyId) return unreadable(kmsKeyId, "KMS answered about another key");
  return presentTwin(kmsKeyId, key);
}

function presentTwin(kmsKeyId: string, key: WireKmsKey): Twin {
  const dual = key.dualAuthDelete;
  const isSet = dual?.keySetForDeletion === true;
  const windowEndsAtMs = isSet ? parseDateTimeMs(dual.authExpiration) : undefined;
  // A window whose end cannot be read is neither open nor closed.
  if (isSet && windowEndsAtMs === undefined)
    return unreadable(kmsKeyId, "KMS does not tell when the deletion window ends");
  return {
    kind: "present",
    kmsKeyId,
    state: states.get(key.state as 1 | 2 | 3 | 5) ?? "other",
    dualAuthDelete: dual?.enabled ?? false,
    ...(windowEndsAtMs === undefined ? {} : { windowEndsAtMs }),
  };
}

function unreadable(kmsKeyId: string, reason: string): Twin {
  return { kind: "unreadable", kmsKeyId, reason: printable(reason) };
}
