/** Access tokens: JWTs with IBM's claims (kms-v2-and-iam.md 7.4), dated by the emulated clock. */

import { randomUUID } from "node:crypto";
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWK, jwtVerify, SignJWT } from "jose";
import type { Caller, Identity, Login } from "../model.ts";
import type { World } from "../world.ts";

export const tokenLifeSeconds = 3_600;
export const issuer = "https://iam.cloud.ibm.com/identity";
const keyId = "emulated-1";
const maxCachedTokens = 1_000;

interface VerifiedToken {
  readonly caller: Caller;
  readonly expiresMs: number;
}

/** Signs and verifies tokens. The key pair is created once, in parallel to the start. */
export class Tokens {
  readonly #pair: Promise<GenerateKeyPairResult> = generateKeyPair("RS256", { modulusLength: 2_048 });
  readonly #verified = new Map<string, VerifiedToken>();

  async jwks(): Promise<{ keys: readonly JWK[] }> {
    const { publicKey } = await this.#pair;
    return { keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: "RS256", use: "sig" }] };
  }

  /** Issues a token for an identity. The token of a profile names the login behind it. */
  async issue(
    world: World,
    identity: Identity,
    login: Login,
    grantType: string,
    nowMs: number,
  ): Promise<{ token: string; expires: number }> {
    const { privateKey } = await this.#pair;
    const issued = Math.floor(tokenTimeMs(world, nowMs) / 1_000);
    const expires = issued + tokenLifeSeconds;
    const token = await new SignJWT({
      ...claimsOf(identity),
      authn: { sub: login.sub, iam_id: login.iamId, name: login.name },
      account: { valid: true, bss: world.accountId, frozen: true },
      grant_type: grantType,
      scope: "ibm openid",
      client_id: "default",
      acr: 1,
      amr: ["pwd"],
    })
      .setProtectedHeader({ alg: "RS256", kid: keyId })
      .setIssuedAt(issued)
      .setExpirationTime(expires)
      .setIssuer(issuer)
      .setJti(randomUUID())
      .sign(privateKey);
    return { token, expires };
  }

  /** The caller of a valid token of this emulator; undefined otherwise. */
  async verify(world: World, token: string, nowMs: number): Promise<Caller | undefined> {
    const timeMs = tokenTimeMs(world, nowMs);
    const cached = this.#verified.get(token);
    if (cached !== undefined) {
      const identity = world.identities.get(cached.caller.iamId);
      return timeMs < cached.expiresMs && identity !== undefined ? { ...cached.caller, identity } : undefined;
    }
    try {
      const { publicKey } = await this.#pair;
      const { payload } = await jwtVerify(token, publicKey, {
        issuer,
        currentDate: new Date(timeMs),
        algorithms: ["RS256"],
      });
      const iamId = String(payload.iam_id);
      const identity = world.identities.get(iamId);
      if (identity === undefined) return undefined;
      const authn = payload.authn as { readonly iam_id: string };
      const caller: Caller = { iamId, authnIamId: authn.iam_id, name: identity.name, identity };
      if (this.#verified.size >= maxCachedTokens) this.#verified.clear();
      this.#verified.set(token, { caller, expiresMs: (payload.exp ?? 0) * 1_000 });
      return caller;
    } catch {
      return undefined;
    }
  }
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
