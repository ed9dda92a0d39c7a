/**
 * Emulates the log-in with a one-time passcode. At the emulator no person is signed in, so its page first asks who logs
 * in.
 */

import { randomBytes } from "node:crypto";
import type { Call, Reply } from "../http/responses.ts";
import { Refusal } from "../http/responses.ts";
import type { Identity } from "../store/model.ts";

const passcodeLifeMs = 300_000;
const refreshLifeMs = 7 * 86_400_000;
/** The most codes and tokens; the oldest are dropped first. */
const maxEntries = 1_000;
/** The public client of IBM's own tools, `bx:bx`. */
export const publicClient = "Basic Yng6Yng=";

/** The refusal of a missing property, as captured from the real service (kms-v2-and-iam.md 7.5). */
export const missingProperty = (name: string): Refusal =>
  new Refusal(400, "BXNIM0109E", "Property missing or empty.", {
    explanation: `Property '${name}' either missing or empty.`,
  });

export function requiredField(form: URLSearchParams, name: string): string {
  const value = form.get(name) ?? "";
  if (value === "") throw missingProperty(name);
  return value;
}

interface Entry {
  readonly identity: Identity;
  readonly expiresMs: number;
}

export class Passcodes {
  readonly #codes = new Map<string, Entry>();
  readonly #refreshTokens = new Map<string, Entry>();

  /** The page behind `passcode_endpoint`. */
  page({ world, url, nowMs }: Call): Reply {
    const wanted = url.searchParams.get("person");
    const people = [...world.identities.values()].filter(({ kind }) => kind === "person");
    if (wanted === null) {
      const links = people.map(({ name }) => [
        name,
        `${world.baseUrl}/identity/passcode?person=${encodeURIComponent(name)}`,
      ]);
      return {
        status: 200,
        body: { say: "Open the address of the person who logs in.", people: Object.fromEntries(links) },
      };
    }
    const identity = people.find(({ name, iamId }) => name === wanted || iamId === wanted);
    if (identity === undefined) throw new Refusal(400, "BXNIM0106E", "The emulator knows no person of this name.");
    const passcode = randomBytes(5).toString("hex");
    remember(this.#codes, passcode, { identity, expiresMs: nowMs + passcodeLifeMs });
    return { status: 200, body: { name: identity.name, passcode } };
  }

  /** Returns the person of a code, which works once. */
  redeem(call: Call, form: URLSearchParams): Identity {
    const invalid = new Refusal(400, "BXNIM0106E", "Provided passcode is invalid.");
    return identityOf(call, form, { field: "passcode", entries: this.#codes, worksOnce: true, invalid });
  }

  refresh(call: Call, form: URLSearchParams): Identity {
    const invalid = new Refusal(400, "BXNIM0407E", "Provided refresh_token is invalid or expired.");
    return identityOf(call, form, { field: "refresh_token", entries: this.#refreshTokens, worksOnce: false, invalid });
  }

  issueRefreshToken(identity: Identity, nowMs: number): string {
    const token = randomBytes(24).toString("base64url");
    remember(this.#refreshTokens, token, { identity, expiresMs: nowMs + refreshLifeMs });
    return token;
  }
}

function remember(entries: Map<string, Entry>, name: string, entry: Entry): void {
  const [oldest] = entries.keys();
  if (entries.size >= maxEntries && oldest !== undefined) entries.delete(oldest);
  entries.set(name, entry);
}

interface Secret {
  readonly field: string;
  readonly entries: Map<string, Entry>;
  readonly worksOnce: boolean;
  readonly invalid: Refusal;
}

/** Whom the secret in the form logs in. IBM's client and the account are checked, too. */
function identityOf({ world, nowMs, header }: Call, form: URLSearchParams, secret: Secret): Identity {
  if (header("authorization") !== publicClient) throw missingProperty("client_id");
  const value = requiredField(form, secret.field);
  const entry = secret.entries.get(value);
  if (secret.worksOnce) secret.entries.delete(value);
  if (entry === undefined || entry.expiresMs <= nowMs) throw secret.invalid;
  if ((form.get("bss_account") ?? world.accountId) === world.accountId) return entry.identity;
  throw new Refusal(400, "BXNIM0106E", "The account is unknown, or the person is not a member of it.");
}
