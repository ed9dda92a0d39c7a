/**
 * Lists the probes of IAM and of the endpoint broker (kms-v2-and-iam.md 7, uko-v4.md 1.2). None of their requests sends
 * a real API key; those with a caller send the caller's token, as every call does.
 */

import { at, type ProbeRow, statuses, textAt } from "./row.ts";

// biome-ignore format: a row in few lines
export const identityRows = [
  { id: "iam.discovery", answers: "discovery",
    expects: "The issuer is https://iam.cloud.ibm.com/identity, and there is a passcode endpoint.",
    send: ["GET iam /identity/.well-known/openid-configuration"],
    holds: ([response]) =>
      at(response, "issuer") === "https://iam.cloud.ibm.com/identity" && textAt(response, "passcode_endpoint") !== "" },
  { id: "iam.keys", answers: "jwks", expects: "The keys are RSA for RS256.",
    send: ["GET iam /identity/keys"],
    holds: ([response]) => at(response, "keys.0.alg") === "RS256" && at(response, "keys.0.kty") === "RSA" },
  { id: "iam.method", answers: "token", expects: "A GET of the token path is refused with BXNIM0060E.",
    send: [["GET iam /identity/token", { as: "anonymous" }]],
    holds: ([response]) => at(response, "errorCode") === "BXNIM0060E" },
  { id: "apikey.no-token", answers: "apikey-refusals", expects: "API key details without a token are 401.",
    send: [["GET iam /v1/apikeys/details", { as: "anonymous" }]], holds: statuses(401) },
  { id: "apikey.no-key", answers: "apikey-refusals", expects: "API key details without `IAM-ApiKey` are 400.",
    send: ["GET iam /v1/apikeys/details"], holds: statuses(400) },
  { id: "apikey.unknown", answers: "apikey-refusals", expects: "The details of an unknown API key are 404.",
    send: [["GET iam /v1/apikeys/details", { headers: { "iam-apikey": "uko-probe-unknown-key" } }]],
    holds: statuses(404) },
  { id: "broker.hosts", answers: "broker", expects: "The broker names hosts without a scheme.",
    send: ["GET broker /crypto_v2/instances/{instance}"],
    holds: ([response]) =>
      textAt(response, "kms.public") !== "" &&
      !`${textAt(response, "uko.public")}${textAt(response, "kms.public")}`.includes("://") },
  { id: "broker.private", answers: "U37", expects: "UKO has no private host.",
    send: ["GET broker /crypto_v2/instances/{instance}"],
    holds: ([response]) => textAt(response, "uko.public") !== "" && at(response, "uko.private") === undefined },
  { id: "broker.unknown", answers: "U37", expects: "An unknown instance is 404.",
    send: ["GET broker /crypto_v2/instances/{unknown}"], holds: statuses(404) },
] as const satisfies readonly ProbeRow[];
