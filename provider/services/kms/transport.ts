/**
 * Calls KMS v2 with the instance ID in a header (kms-v2-and-iam.md 1.1, 1.3), and turns KMS's refusals into messages.
 * Only one of the documented reason codes shows that a key does not exist (kms-v2-and-iam.md 4).
 */

import type { KmsKeyRef } from "../../engine/ports/kms-keys.ts";
import { UkoError } from "../../errors.ts";
import type { Right } from "../../lifecycle/vocabulary/managed-key-states.ts";
import { parseJson } from "../../text/json.ts";
import { printable, withoutPeriod } from "../../text/printable.ts";
import { uuidForm } from "../../text/uuid-form.ts";
import type { HttpResponse } from "../http/client.ts";
import {
  accessDenied,
  correlationLine,
  describeRights,
  invalidResponse,
  responseData,
  unavailable,
} from "../http/read-result.ts";
import { createTransport, requireInstance, type Transport, type TransportOptions } from "../http/transport.ts";
import type { WrittenRules } from "../http/write-result.ts";
import { kmsError } from "./wire.ts";

/** An endpoint may be written with or without `/api`, `/api/v2`. */
export function kmsRoot(base: string): string {
  return `${base.replace(/\/api(\/v2)?$/, "")}/api/v2`;
}

export function createKmsTransport(options: TransportOptions): Transport {
  return createTransport(
    {
      name: service,
      root: kmsRoot,
      headers: () => ({ "bluemix-instance": options.instanceId }),
      throwReadError,
    },
    options,
  );
}

/** Throws UKO_INSTANCE_MISMATCH if the key belongs to another instance than this client's. */
export function kmsKeyPath(transport: Transport, ref: KmsKeyRef): string {
  const { kmsKeyId } = ref;
  requireInstance(transport, `KMS key ${kmsKeyId}`, ref);
  if (uuidForm.test(kmsKeyId)) return `/keys/${kmsKeyId}`;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: "The ID of the KMS key is not valid",
    detail: "The ID must be a UUID in lower case, not an alias. Nothing was sent.",
  });
}

/**
 * Returns the name of an alias or a key ring if it is safe in a path (kms-v2-and-iam.md 2.2, uko-v4.md 3.8). Throws
 * UKO_INPUT_INVALID otherwise.
 */
export function checkedName(name: string, what: "alias" | "key ring"): string {
  if (/^[A-Za-z0-9_-]{2,100}$/.test(name)) return name;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The name of the ${what} is not valid`,
    detail: "It must have 2 to 100 letters, digits and hyphens; an alias can have underscores. Nothing was sent.",
  });
}

export const service = "The KMS of the instance";

/** The reason codes of a refusal, as a list; empty on a 401. */
export function reasonCodes(response: HttpResponse): readonly string[] {
  const read = kmsError.safeParse(parseJson(response.text));
  return read.success ? read.data.resources.flatMap(({ reasons }) => (reasons ?? []).map(({ code }) => code)) : [];
}

export function serviceMessageOf(response: HttpResponse): string {
  const read = kmsError.safeParse(parseJson(response.text));
  // Gateways return plain text or HTML; HTML is not shown.
  if (!read.success) return response.text.trimStart().startsWith("<") ? "" : printable(response.text, 200);
  const sentences = read.data.resources.flatMap(({ errorMsg, reasons }) => {
    const texts = (reasons ?? []).map(({ code, message }) => `${message === "" ? errorMsg : message} (${code})`);
    return texts.length === 0 ? [errorMsg] : texts;
  });
  return printable(sentences.filter((sentence) => sentence !== "").join("; "));
}

/** A 404 of a gateway reveals nothing about a key (kms-v2-and-iam.md 2.4). */
export function isKeyNotFound(response: HttpResponse): boolean {
  return response.status === 404 && reasonCodes(response).includes("KEY_NOT_FOUND_ERR");
}

/** Throws for every unsuccessful response to a read. */
export function throwReadError(response: HttpResponse, needed: Right): never {
  const message = serviceMessageOf(response);
  const { status } = response;
  if (status === 401) {
    const advice = [
      "KMS responds with 401 for a missing role, for another instance or region, and for the key of another account.",
      `Check the instance and the region. The call requires ${describeRights([needed])}.`,
    ];
    throw accessDenied(service, response, message, advice.join("\n"));
  }
  if (status === 403) throw policyRefuses(response, message);
  if (status === 408 || status === 429 || status >= 500) throw unavailable(service, response, message);
  throw invalidResponse(service, `a read failed with ${status}${message === "" ? "" : `: ${message}`}`, response);
}

/** An access policy of the instance refuses the network or address (kms-v2-and-iam.md 4.3). */
function policyRefuses(response: HttpResponse, message: string): UkoError {
  return new UkoError("UKO_ACCESS_DENIED", {
    summary: `${service} refuses calls from this network`,
    detail: [
      `It responded with 403${message === "" ? "" : `: ${withoutPeriod(message)}`}. This does not mean that a key is gone.`,
      "An access policy of the instance allows only certain networks or addresses. Another credential does not help.",
      ...correlationLine(response.correlationId),
    ].join("\n"),
    data: responseData(response),
  });
}

/** The rules for the outcome of a change. KMS returns 401 for a missing role (kms-v2-and-iam.md 4.3). */
export function kmsRules<T>(needed: Right, readValue: WrittenRules<T>["readValue"]): WrittenRules<T> {
  return { service, serviceMessageOf, unauthorizedIsForbidden: true, rightNeeded: describeRights([needed]), readValue };
}

/** A success without a value. A 202 does not count, because it would mean that the change has not happened yet. */
export const noValue: WrittenRules<undefined>["readValue"] = ({ status }) =>
  status === 204 || status === 200 || status === 201 ? { value: undefined } : undefined;
