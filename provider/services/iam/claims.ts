/**
 * The actor that a token identifies, decoded from the very token that is sent
 * (kms-v2-and-iam.md 7.4).
 */

import { decodeJwt } from "jose";
import * as z from "zod";
import { markOf, type Sha256 } from "../../lifecycle/consent-record.ts";
import type { Actor, Identity } from "../../lifecycle/observation.ts";
import { printable } from "../http/printable.ts";

/**
 * An ID with blanks or invisible characters counts as absent: it could only impersonate another.
 */
const iamId = z.string().regex(/^[\x21-\x7e]{1,200}$/);
const text = z.string().optional().catch(undefined);
const claimsSchema = z.object({
  iam_id: iamId.optional().catch(undefined),
  iat: z.number().int().positive().optional().catch(undefined),
  sub_type: text,
  name: text,
  email: text,
  sub: text,
  authn: z
    .object({ iam_id: iamId.optional().catch(undefined), name: text, sub: text })
    .optional()
    .catch(undefined),
});
type Claims = z.output<typeof claimsSchema>;

const maxNameCharacters = 100;
const nameless = "an identity that its token does not name";

/**
 * Decodes the actor. The signature is not checked: the service does that when it accepts the token.
 * Without `authn` the acting identity is `iam_id`, except for a profile, behind which an unknown
 * person acts.
 */
export function actorOf(token: string, sha256: Sha256): Actor {
  const claims = readClaims(token);
  if (claims === undefined) return { displayName: nameless };
  const acting = claims.authn?.iam_id ?? (claims.authn === undefined && !isProfile(claims) ? claims.iam_id : undefined);
  return {
    ...(acting === undefined ? {} : { identity: identityOf(acting, sha256) }),
    ...(claims.iam_id === undefined ? {} : { writesAs: identityOf(claims.iam_id, sha256) }),
    displayName: displayNameOf(claims, acting),
  };
}

/** When IAM issued the token; undefined if the token does not contain the time. */
export function issuedAtMsOf(token: string): number | undefined {
  const issuedAt = readClaims(token)?.iat;
  return issuedAt === undefined ? undefined : issuedAt * 1000;
}

function readClaims(token: string): Claims | undefined {
  try {
    return claimsSchema.parse(decodeJwt(token));
  } catch {
    return undefined;
  }
}

function isProfile(claims: Claims): boolean {
  return claims.sub_type === "Profile" || claims.iam_id?.startsWith("iam-Profile-") === true;
}

function identityOf(id: string, sha256: Sha256): Identity {
  return { iamId: id, mark: markOf(id, sha256) };
}

/**
 * The acting person's name if the token has it, so that people read a person's name and not a
 * profile's.
 */
function displayNameOf(claims: Claims, acting: string | undefined): string {
  const own = acting === claims.iam_id ? [claims.name, claims.email, claims.sub] : [];
  const candidates = [claims.authn?.name, ...own, claims.authn?.sub, acting, claims.name, claims.sub, claims.iam_id];
  for (const candidate of candidates) {
    const name = printable(candidate ?? "", maxNameCharacters);
    if (name !== "") return name;
  }
  return nameless;
}
