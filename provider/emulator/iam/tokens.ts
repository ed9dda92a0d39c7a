/**
 * Signs and verifies the access tokens of the emulator: JWTs with IBM's claims (kms-v2-and-iam.md 7.4). The emulated
 * clock dates them, or the machine's clock if the switch `tokenClock` says so.
 */

import { generateKeyPair, type KeyPairKeyObjectResult, randomUUID, sign, verify } from "node:crypto";
import type { Caller, Identity, Login } from "../store/model.ts";
import type { World } from "../store/world.ts";

export const tokenLifeSeconds = 3_600;
export const issuer = "https://iam.cloud.ibm.com/identity";
const keyId = "emulated-1";
const maxCachedTokens = 1_000;
/** The most valid tokens; with more, the oldest become invalid. */
const maxIssuedTokens = 100_000;

let pair: Promise<KeyPairKeyObjectResult> | undefined;

/** Creates the key pair with the first token and once in a process, because it takes as long as the rest of a start. */
function keyPair(): Promise<KeyPairKeyObjectResult> {
  const { promisify } = process.getBuiltinModule("node:util");
  pair ??= promisify(generateKeyPair)("rsa", { modulusLength: 2_048 });
  return pair;
}

interface VerifiedToken {
  readonly iamId: string;
  readonly authnIamId: string;
  readonly expiresMs: number;
}

/** Signs tokens, and verifies those that it signed itself. */
export class Tokens {
  readonly #issuedIds = new Set<string>();
  readonly #verified = new Map<string, VerifiedToken>();

  async jwks(): Promise<{ keys: readonly unknown[] }> {
    const { publicKey } = await keyPair();
    return { keys: [{ ...publicKey.export({ format: "jwk" }), kid: keyId, alg: "RS256", use: "sig" }] };
  }

  /** Issues a token for an identity. The token of a profile names the login behind it. */
  async issue(
    world: World,
    identity: Identity,
    login: Login,
    { grantType, clientId }: { readonly grantType: string; readonly clientId: string },
    nowMs: number,
  ): Promise<{ token: string; expires: number }> {
    const { privateKey } = await keyPair();
    const issued = Math.floor(tokenTimeMs(world, nowMs) / 1_000);
    const expires = issued + tokenLifeSeconds;
    const claims = {
      ...claimsOf(identity),
      authn: { sub: login.sub, iam_id: login.iamId, name: login.name },
      account: { valid: true, bss: world.accountId, frozen: true },
      grant_type: grantType,
      scope: "ibm openid",
      client_id: clientId,
      acr: 1,
      amr: ["pwd"],
      // A client compares this time with the service's. It must not be later, if the emulated clock is in the past.
      iat: Math.min(issued, Math.floor(nowMs / 1_000)),
      exp: expires,
      iss: issuer,
      jti: this.#newId(),
    };
    const signed = `${encode({ alg: "RS256", kid: keyId })}.${encode(claims)}`;
    const signature = sign("sha256", Buffer.from(signed), privateKey).toString("base64url");
    return { token: `${signed}.${signature}`, expires };
  }

  /** The caller of a valid token of this emulator; undefined otherwise. */
  async verify(world: World, token: string, nowMs: number): Promise<Caller | undefined> {
    const known = this.#verified.get(token) ?? (await this.#read(token));
    const identity = known === undefined ? undefined : world.identities.get(known.iamId);
    if (known === undefined || identity === undefined) return undefined;
    if (tokenTimeMs(world, nowMs) >= known.expiresMs) return undefined;
    return { iamId: known.iamId, authnIamId: known.authnIamId, name: identity.name, identity };
  }

  /** Checks the signature once for each token. */
  async #read(token: string): Promise<VerifiedToken | undefined> {
    const { publicKey } = await keyPair();
    const [header = "", payload = "", signature = ""] = token.split(".");
    const isSigned = verify(
      "sha256",
      Buffer.from(`${header}.${payload}`),
      publicKey,
      Buffer.from(signature, "base64url"),
    );
    if (!isSigned) return undefined;
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as ReadClaims;
    // All emulators of a process share the key.
    if (!this.#issuedIds.has(claims.jti)) return undefined;
    const verified = { iamId: claims.iam_id, authnIamId: claims.authn.iam_id, expiresMs: claims.exp * 1_000 };
    if (this.#verified.size >= maxCachedTokens) this.#verified.clear();
    this.#verified.set(token, verified);
    return verified;
  }

  #newId(): string {
    const id = randomUUID();
    const [oldest] = this.#issuedIds;
    if (this.#issuedIds.size >= maxIssuedTokens && oldest !== undefined) this.#issuedIds.delete(oldest);
    this.#issuedIds.add(id);
    return id;
  }
}

/** The claims that matter to the emulator. They were signed, so they have their form. */
interface ReadClaims {
  readonly iam_id: string;
  readonly authn: { readonly iam_id: string };
  readonly exp: number;
  readonly jti: string;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function tokenTimeMs({ switches }: World, nowMs: number): number {
  return switches.tokenClock === "wall" ? Date.now() : nowMs;
}

/** The login of an identity that is not a profile is the identity itself. */
export function loginOf(identity: Identity): Login {
  return identity.login ?? { iamId: identity.iamId, sub: subjectOf(identity), name: identity.name };
}

function subjectOf(identity: Identity): string {
  if (identity.kind === "person") return identity.email ?? identity.name;
  return identity.iamId.replace(/^iam-/, "");
}

function claimsOf(identity: Identity): Record<string, unknown> {
  const { iamId, name } = identity;
  const realm = iamId.slice(0, Math.max(0, iamId.indexOf("-")));
  const common = {
    iam_id: iamId,
    id: iamId,
    realmid: realm,
    identifier: iamId.slice(realm.length + 1),
    sub: subjectOf(identity),
    name,
  };
  if (identity.kind !== "person") return { ...common, sub_type: identity.kind === "service" ? "ServiceId" : "Profile" };
  const [given, ...family] = name.split(" ");
  return {
    ...common,
    given_name: identity.givenName ?? given,
    family_name: identity.familyName ?? family.join(" "),
    email: identity.email ?? "",
  };
}
