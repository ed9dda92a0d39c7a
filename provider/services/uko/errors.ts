/**
 * Turns UKO's refusals into messages for people (uko-v4.md 3.15), and lists the rights that the calls require. The file
 * also decides whether a 404 comes from the service itself, because a gateway's 404 does not prove that an object is
 * gone.
 */

import { UkoError } from "../../errors.ts";
import { containerRights, custodians, type Right, rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import { parseJson } from "../../text/json.ts";
import { printable, withoutPeriod } from "../../text/printable.ts";
import { uuidForm } from "../../text/uuid-form.ts";
import type { HttpResponse } from "../http/client.ts";
import { accessDenied, correlationLine, invalidResponse, responseData, unavailable } from "../http/read-result.ts";
import { errorEnvelope } from "./wire.ts";

export const service = "Unified Key Orchestrator";

/** The rights that reads require (uko-v4.md 6). A reader may read one object but not list objects. */
export const readRights = {
  readKey: { action: "hs-crypto.managed-keys.read", roles: ["Reader", ...custodians] },
  listKeys: { action: "hs-crypto.managed-keys.list", roles: custodians },
  readUse: { action: "hs-crypto.registrations.list", roles: ["Reader", ...custodians] },
  readVault: { action: "hs-crypto.vaults.read", roles: ["Reader", ...custodians] },
  listKeystores: { action: "hs-crypto.target-keystores.list", roles: custodians },
  readKeystore: { action: "hs-crypto.target-keystores.read", roles: ["Reader", ...custodians] },
  listVaults: { action: "hs-crypto.vaults.list", roles: custodians },
  readTemplate: { action: "hs-crypto.key-templates.read", roles: ["Reader", ...custodians] },
  listTemplates: { action: "hs-crypto.key-templates.list", roles: custodians },
} as const satisfies Record<string, Right>;

/** The rights that changes require. If there are two, the state of the key decides which one. */
export const changeRights = {
  create: [rights.create],
  update: [rights.write],
  tags: [rights.write, rights.writeTags],
  activate: [rights.activate, rights.reactivate],
  deactivate: [rights.deactivate],
  destroy: [rights.destroyUnused, rights.destroy],
  sync: [rights.distribute],
  remove: [rights.remove],
  // The names of the next two are inferred (uko-v4.md U30).
  rotate: [rights.create],
  align: [rights.distribute],
  writeVault: [containerRights.vault.write],
  removeVault: [containerRights.vault.delete],
  writeKeystore: [containerRights.keystore.write],
  removeKeystore: [containerRights.keystore.delete],
  writeTemplate: [containerRights.template.write],
  removeTemplate: [containerRights.template.delete],
} as const satisfies Record<string, readonly Right[]>;

/** The messages in an error body, which may be UKO's envelope or any other body; empty if it contains none. */
export function messageIn(body: unknown): string {
  if (typeof body === "string") return printable(body);
  const read = errorEnvelope.safeParse(body);
  if (!read.success) return printable(single(body));
  const parts = read.data.errors.map(({ code, message, target }) => {
    const where = target?.name ? ` (${target.type === "" ? "at" : target.type} ${target.name})` : "";
    return `${message === "" ? code : message}${where}`;
  });
  return printable(parts.filter((part) => part !== "").join("; "));
}

function single(body: unknown): string {
  if (typeof body !== "object" || body === null) return "";
  const { message, code } = body as { message?: unknown; code?: unknown };
  return typeof message === "string" && message !== "" ? message : typeof code === "string" ? code : "";
}

export function serviceMessageOf(response: HttpResponse): string {
  const body = parseJson(response.text);
  // A gateway's page is shown only if it is plain text.
  if (body === undefined) return response.text.trimStart().startsWith("<") ? "" : printable(response.text, 200);
  return messageIn(body);
}

/** Adds the transaction ID of the body if the headers have no correlation ID. */
export function withCorrelationIdOfBody(response: HttpResponse): HttpResponse {
  if (response.correlationId !== "" || response.status < 400) return response;
  const read = errorEnvelope.safeParse(parseJson(response.text));
  return { ...response, correlationId: read.success ? printable(read.data.trace ?? "", 200) : "" };
}

/**
 * Whether a 404 is the service's own: a gateway's 404 reveals nothing about any object. The service
 * names a code in each error and the transaction in `trace` (uko-v4.md 3.15); the code for a
 * missing object is not documented (U1).
 */
export function isOwnNotFound(response: HttpResponse): boolean {
  const read = errorEnvelope.safeParse(parseJson(response.text));
  if (response.status !== 404 || !read.success) return false;
  const { errors, trace, status_code: status = 404 } = read.data;
  return status === 404 && isNamed(trace) && errors.length > 0 && errors.every(({ code }) => isNamed(code));
}

function isNamed(text: string | null | undefined): boolean {
  return (text ?? "").trim() !== "";
}

/** Throws for every unsuccessful response to a read. */
export function throwReadError(response: HttpResponse, needed: Right): never {
  const message = serviceMessageOf(response);
  const { status } = response;
  if (status === 401) throw accessDenied(service, response, message);
  if (status === 403) throw rightsMissing(response, needed, message);
  if (status === 421) requireEmulatedInstance(response);
  if (status === 408 || status === 429 || status >= 500) throw unavailable(service, response, message);
  const said = `a read failed with ${status}${message === "" ? "" : `: ${withoutPeriod(message)}`}`;
  const doubt = "; without the service's own error code and trace, a 404 does not prove that anything is gone";
  throw invalidResponse(service, `${said}${status === 404 && !isOwnNotFound(response) ? doubt : ""}`, response);
}

/** Throws if an emulator refused the ID of another instance; it names its own. A gateway's 421 names none. */
function requireEmulatedInstance(response: HttpResponse): void {
  const own = response.header("bluemix-instance") ?? "";
  if (!uuidForm.test(own)) return;
  throw new UkoError("UKO_INSTANCE_MISMATCH", {
    summary: "The emulator at this address is not the instance that UKO_INSTANCE_ID names",
    detail: [
      `It says that it is instance ${own}. Nothing was changed.`,
      "Next: compare UKO_INSTANCE_ID with the line that your emulator printed when it started.",
    ].join("\n"),
    data: responseData(response),
  });
}

function rightsMissing(response: HttpResponse, needed: Right, message: string): UkoError {
  return new UkoError("UKO_RIGHTS_MISSING", {
    summary: `The identity lacks the right ${needed.action}`,
    detail: [
      `${service} responded with 403${message === "" ? "" : `: ${withoutPeriod(message)}`}. This does not mean that anything is gone.`,
      `This right requires the role ${needed.roles.join(" or ")} on the instance or the vault.`,
      ...correlationLine(response.correlationId),
    ].join("\n"),
    data: { ...responseData(response), action: needed.action, roles: needed.roles },
  });
}
