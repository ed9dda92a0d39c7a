/**
 * Turns a response into a parsed value or an error, in the same way for every service. If the service's time is needed,
 * a response without a valid Date header is an error, because uko uses no other clock.
 */

import type * as z from "zod";
import type { WithServiceTime } from "../../engine/ports/world.ts";
import { UkoError } from "../../errors.ts";
import type { Right } from "../../lifecycle/vocabulary/managed-key-states.ts";
import { parseJson } from "../../text/json.ts";
import { capital, withoutPeriod } from "../../text/printable.ts";
import { chosenAddress, type Endpoint, isLoopbackEndpoint } from "./allowed-hosts.ts";
import type { HttpResponse, NoResponse } from "./client.ts";
import { canceled } from "./concurrency.ts";

/** Throws UKO_RESPONSE_INVALID with the path of the first error, never with the value there. */
export function parseResponse<T extends z.ZodType>(
  service: string,
  response: HttpResponse,
  schema: T,
  body: unknown = parseJson(response.text),
): z.output<T> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const place = read.error.issues[0]?.path.join(".") ?? "";
  throw invalidResponse(service, `it does not have the documented form${place === "" ? "" : ` at ${place}`}`, response);
}

/** Joins a value with the service's time, which every response must include. */
export function withServiceTime<T>(service: string, response: HttpResponse, value: T): WithServiceTime<T> {
  if (response.serviceTimeMs === undefined)
    throw invalidResponse(service, "it has no valid Date header, and uko uses no other clock", response);
  return { value, serviceTimeMs: response.serviceTimeMs, correlationId: response.correlationId };
}

/** The codes of errors that concern the whole run, not the object of the call. */
export const concernsTheRun: readonly string[] = [
  "UKO_CANCELED",
  "UKO_HOST_NOT_ALLOWED",
  "UKO_CREDENTIAL_REFUSED",
  "UKO_BUG",
];

/** Describes rights as in `hs-crypto.x (role A or B)`. */
export function describeRights(needed: readonly Right[]): string {
  const one = ({ action, roles }: Right): string => `${action} (role ${roles.join(" or ")})`;
  return [...new Set(needed.map(one))].join(", ");
}

/** The facts that every error about a response contains. */
export function responseData(response: HttpResponse): Record<string, unknown> {
  return {
    status: response.status,
    ...(response.correlationId === "" ? {} : { correlationId: response.correlationId }),
  };
}

/** The last line of every error about a response: the ID that IBM's support asks for. */
export function correlationLine(correlationId: string): readonly string[] {
  return correlationId === "" ? [] : [`Correlation ID: ${correlationId}`];
}

/**
 * The response, if the service can have sent it. A web page at an address that a setting chose comes from another server,
 * so what the page's status says about keys and roles is not true. A busy gateway sends pages too, so those pass.
 */
export function requireResponse(service: string, end: HttpResponse | NoResponse): HttpResponse {
  if (end.kind === "none") throw noResponseError(service, end);
  const chosen = chosenAddress(end.endpoint);
  const isPassing = end.status === 408 || end.status === 429 || end.status >= 500;
  if (chosen === undefined || isPassing || !isPage(end)) return end;
  throw new UkoError("UKO_RESPONSE_INVALID", {
    summary: `Another server than ${chosen.service} answers at ${chosen.host}`,
    detail: [`It responded with ${end.status} and a web page.`, ...addressLines(end)].join("\n"),
    data: responseData(end),
  });
}

function isPage({ text }: HttpResponse): boolean {
  return text.trimStart().startsWith("<");
}

/** Where the address comes from, if a setting chose one that is not IBM's: another server may have answered. */
export function addressLines({ endpoint }: HttpResponse): readonly string[] {
  const chosen = chosenAddress(endpoint);
  if (chosen === undefined) return [];
  return [
    `The address ${chosen.host} comes from ${chosen.origin}.`,
    `Next: correct ${chosen.origin}, if the address is not one of ${chosen.service}.`,
  ];
}

/** The error for a read without a response, or for a change that was not sent. `service` is the service's public name. */
export function noResponseError(service: string, none: NoResponse): UkoError {
  switch (none.why) {
    case "canceled":
      return canceled();
    case "deadline":
      return new UkoError("UKO_DEADLINE", {
        summary: `${service} did not respond in time`,
        detail: `${capital(withoutPeriod(none.reason))}.`,
      });
    case "too_large":
      return invalidResponse(service, none.reason);
    case "expired":
    case "broken":
      return none.silentHere === undefined ? unreachable(service, none) : noEmulator(none, none.silentHere);
  }
}

function unreachable(service: string, none: NoResponse): UkoError {
  return new UkoError("UKO_SERVICE_UNAVAILABLE", {
    summary: `${service} could not be reached`,
    detail: [
      `${capital(withoutPeriod(none.reason))}. Nothing was changed.`,
      ...chosenBy(none),
      ...nextAfterFailure(none),
    ].join("\n"),
  });
}

function chosenBy({ endpoint }: NoResponse): readonly string[] {
  const chosen = chosenAddress(endpoint);
  return chosen === undefined ? [] : [`The address comes from ${chosen.origin}.`];
}

function nextAfterFailure({ isUnsent, isUnknownHost, isWithoutTls, endpoint }: NoResponse): readonly string[] {
  if (isUnknownHost === true) {
    return ["Next: check the region (UKO_REGION), the endpoints, and that this machine is online."];
  }
  if (isWithoutTls === true && endpoint !== undefined) return adviceWithoutTls(endpoint);
  return [`${isUnsent === true ? "If the host is right, run" : "Run"} the same command again later.`];
}

/** Every host except this machine gets a credential only with TLS. IBM's hosts speak TLS, so a proxy answered for one. */
function adviceWithoutTls(endpoint: Endpoint): readonly string[] {
  const chosen = chosenAddress(endpoint);
  if (chosen === undefined) {
    const what = "Next: check the proxy (HTTPS_PROXY) and the network";
    return [`${what}, because the server that answered does not speak TLS.`];
  }
  if (!isLoopbackEndpoint(endpoint)) {
    return ["Next: correct the host or its port, because the server there does not speak TLS."];
  }
  const url = endpoint.url.replace(/^https/i, "http");
  return [
    "Next: begin the address with http://, because the server there does not speak TLS:",
    `  ${endpoint.source === "environment" ? `export ${chosen.origin}=${url}` : url}`,
  ];
}

/** Only an emulator, or a proxy, is on this machine, so waiting would not help. */
function noEmulator(none: NoResponse, host: string): UkoError {
  return new UkoError("UKO_SERVICE_UNAVAILABLE", {
    summary: `No emulator answers at ${host}`,
    detail: [
      `${capital(withoutPeriod(none.reason))}. Nothing was changed.`,
      ...chosenBy(none),
      "Next: start an emulator in another terminal with",
      `  uko emulator --port ${host.slice(host.lastIndexOf(":") + 1)}`,
    ].join("\n"),
  });
}

export function unavailable(service: string, response: HttpResponse, message: string): UkoError {
  return new UkoError("UKO_SERVICE_UNAVAILABLE", {
    summary: `${service} is not available`,
    detail: [
      `It responded with ${response.status}${message === "" ? "" : `: ${withoutPeriod(message)}`}.`,
      "Nothing was changed. Run the same command again later.",
      ...correlationLine(response.correlationId),
    ].join("\n"),
    data: responseData(response),
  });
}

export function invalidResponse(service: string, why: string, response?: HttpResponse): UkoError {
  return new UkoError("UKO_RESPONSE_INVALID", {
    summary: `${service} sent a response that could not be understood`,
    detail: [
      `${capital(withoutPeriod(why))}.`,
      ...(response === undefined ? [] : addressLines(response)),
      ...correlationLine(response?.correlationId ?? ""),
    ].join("\n"),
    ...(response === undefined ? {} : { data: responseData(response) }),
  });
}

const tokenAdvice =
  "A token from UKO_TOKEN is valid for one hour at most. To log in again, run uko login or set a new token.";

/**
 * The error for a 401. A missing role, another instance and another region all cause the same response (kms-v2-and-iam.md
 * 4.3).
 */
export function accessDenied(
  service: string,
  response: HttpResponse,
  message: string,
  advice = "Check the instance (UKO_INSTANCE_ID), the region (UKO_REGION), and that the identity has a role there.",
): UkoError {
  return new UkoError("UKO_ACCESS_DENIED", {
    summary: `${service} did not accept the identity`,
    detail: [
      `It responded with 401${message === "" ? "" : `: ${withoutPeriod(message)}`}. This does not mean that a key is gone.`,
      advice,
      ...(response.isTokenNew === true ? [] : [tokenAdvice]),
      ...correlationLine(response.correlationId),
    ].join("\n"),
    data: responseData(response),
  });
}
