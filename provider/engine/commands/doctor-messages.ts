/**
 * Writes the lines of `uko doctor` and `uko whoami`. A missing right is a warning and not a failure, because not every
 * person needs every right.
 */

import { isUkoError } from "../../errors.ts";
import { mayAuthor } from "../../lifecycle/key/authorization.ts";
import { type Actor, isPerson } from "../../lifecycle/vocabulary/observation.ts";
import type { Session } from "../ports/world.ts";
import { plain, sayActor, sayDuration, sayList, sayTime } from "../text/words.ts";

/** Printed by `--json`, one line each. */
export interface Check {
  readonly check: string;
  readonly level: "ok" | "warn" | "fail";
  readonly says: string;
  /** What to do, or what exists; may have several lines. */
  readonly do?: string;
}

const checkOf =
  (level: Check["level"]) =>
  (check: string, says: string, advice?: string): Check => ({
    check,
    level,
    says,
    ...(advice !== undefined && { do: advice }),
  });
export const ok = checkOf("ok");
export const warn = checkOf("warn");

/** One call as sent and answered; only the doctor records calls. */
export interface WatchedCall {
  readonly origin: string;
  readonly status: number;
  readonly durationMs: number;
  /** The service's `Date` minus this machine's clock. */
  readonly skewMs?: number;
  /** The property names in the response body. */
  readonly fields: readonly string[];
}

const largestSkewMs = 30_000;
const slowMs = 5_000;

export function renderChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  return checks
    .flatMap(({ check, level, says, do: what }) => [
      `${level.padEnd(4)}  ${check.padEnd(width)}  ${says}`,
      ...(what ?? "")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => `${" ".repeat(width + 8)}${line}`),
    ])
    .join("\n");
}

/** A fault as a check. A missing right is a warning, because not every person needs every right. */
export function faultCheck(check: string, thrown: unknown): Check {
  if (!isUkoError(thrown)) throw thrown;
  const level = thrown.code === "UKO_RIGHTS_MISSING" ? "warn" : "fail";
  return { check, level, says: `${plain(thrown.summary, 300)} [${thrown.code}]`, do: thrown.detail };
}

export function settingsCheck(
  { instanceId, isKeyProtect }: Pick<Session, "instanceId" | "isKeyProtect">,
  endpoint: string | undefined,
  region: string | undefined,
): Check {
  const place = region === undefined ? "" : ` in ${region}`;
  const asked = isKeyProtect ? `the public endpoint${place}` : `endpoint from IBM's broker${place}`;
  const found = endpoint === undefined ? asked : `endpoint ${endpoint} from your settings`;
  return ok("settings", `${isKeyProtect ? "Key Protect instance" : "instance"} ${instanceId}, ${found}`);
}

export function identityCheck(actor: Actor): Check {
  const check = "identity";
  const name = sayActor(actor);
  if (actor.identity === undefined) {
    return warn(
      check,
      `${name}: the token does not name an identity`,
      'uko cannot distinguish two people this way. It can delete only keys with dualAuthorization: "single" in the program.',
    );
  }
  if (!isPerson(actor.identity)) {
    return warn(
      check,
      `${name}, which is not a person`,
      "It can declare keys, wait, and remove destroyed keys. It can neither request nor approve; people use their own API key.",
    );
  }
  if (mayAuthor(actor)) return ok(check, `${name}, a person`);
  return warn(
    check,
    `${name}, a person using a trusted profile`,
    "It can act on the request of another person. To request or approve, use an API key of your own.",
  );
}

export function reachabilityCheck(check: string, call: WatchedCall | undefined): readonly Check[] {
  if (call === undefined) return [];
  const says = `${call.origin} responded with ${call.status} in ${Math.round(call.durationMs)} ms`;
  const tls = `${check} TLS`;
  return [
    call.durationMs > slowMs ? warn(check, says, "The response is slow. A call ends after 90 s.") : ok(check, says),
    call.origin.startsWith("https://")
      ? ok(tls, "the certificate is valid for the host")
      : warn(
          tls,
          "no TLS, which is allowed only to this machine",
          "This is right for the emulator. A real instance requires https.",
        ),
  ];
}

export function clockCheck(skewMs: number | undefined): Check {
  const check = "clock";
  if (skewMs === undefined) {
    return warn(check, "the service sent no Date header", "uko cannot decide anything without it.");
  }
  const awayMs = Math.abs(skewMs);
  const distance = awayMs < 120_000 ? `${Math.round(awayMs / 1000)} s` : sayDuration(awayMs);
  const says =
    awayMs < 500
      ? "this machine agrees with the service"
      : `this machine is ${distance} ${skewMs > 0 ? "behind" : "ahead of"} the service`;
  if (awayMs <= largestSkewMs) return ok(check, says);
  return warn(
    check,
    says,
    "Deadlines use the clock of the service. A wrong local clock can still break TLS and access tokens.",
  );
}

export function instanceCheck(isProven: boolean): Check {
  if (isProven) return ok("instance", "proven by the broker or the host name");
  return warn(
    "instance",
    "not proven: only your settings say which instance answers",
    "Set UKO_REGION, so that uko asks IBM's broker. Otherwise a vault that is not found never counts as gone.",
  );
}

/** Newest first. No version endpoint or header is documented, so the fields must show the version (uko-v4.md 1.6). */
const versionHints = [
  ["destruction_at", "4.14.2 or later"],
  ["key_material_present", "4.14.0 or later"],
  ["destruction_in", "4.14.0 or 4.14.1"],
  ["keys_count", "4.12 or later"],
  ["status_in_keystores", "4.12 or later"],
] as const;

const hintIn = (fields: ReadonlySet<string>) => versionHints.find(([field]) => fields.has(field));

/** The version of the API in words, by the fields of its responses. */
export const versionIn = (fields: ReadonlySet<string>): string => hintIn(fields)?.[1] ?? "unknown";

export function versionCheck(fields: ReadonlySet<string>): Check {
  const check = "API version";
  const hint = hintIn(fields);
  if (hint !== undefined) return ok(check, `${hint[1]}, according to the field ${hint[0]}`);
  return warn(
    check,
    fields.size === 0 ? "unknown: no data could be read" : "before 4.12, according to the fields",
    "Older releases do not report the states of keystores. uko then refuses steps that depend on them.",
  );
}

/** This check only looks for tag support; the first request tries it. */
export function tagsCheck(tagged: number, keys: number): Check {
  if (tagged > 0) return ok("tags", `stored: ${tagged} of ${keys} keys have tags`);
  return ok(
    "tags",
    "unknown: none of the keys that uko read has tags",
    "The first request finds out, before anything is deactivated. Without tags, uko stores it in the description.",
  );
}

const maxNamedVaults = 20;

export function vaultsCheck(vaults: readonly { readonly id: string; readonly name: string }[]): Check {
  const names = vaults.slice(0, maxNamedVaults).map(({ id, name }) => `${id}  ${plain(name, 100)}`);
  const rest = vaults.length > maxNamedVaults ? ["…"] : [];
  return listCheck("vaults", vaults.length, "vault", names.length > 0 ? [...names, ...rest].join("\n") : undefined);
}

export function listCheck(check: string, number: number, noun: string, advice?: string): Check {
  return ok(check, `${number} visible ${number === 1 ? noun : `${noun}s`}`, advice);
}

type Reached =
  | { readonly isIdentityKnown: false }
  | {
      readonly isIdentityKnown: true;
      /** Undefined if they could not be listed. */
      readonly vaults: number | undefined;
      /** The number of vaults whose keys were read. */
      readonly readVaults: number;
    };

/** The check that lists what was not checked. A line without a finding must not read as a passed check. */
export function uncheckedCheck(reached: Reached): Check {
  const open = [
    ...uncheckedIn(reached),
    "rights to change anything: no call reports them, and uko does not try a step",
  ];
  return ok("not checked", "uko doctor reads and lists, and cannot show everything", open.join("\n"));
}

function uncheckedIn(reached: Reached): readonly string[] {
  if (!reached.isIdentityKnown) return ["vaults, keys, keystores, templates and KMS keys: the identity is unknown"];
  const { vaults, readVaults } = reached;
  return [
    ...(vaults === undefined ? ["keys: the vaults could not be listed"] : []),
    ...(vaults !== undefined && vaults > readVaults
      ? [`keys of ${vaults - readVaults} of the ${vaults} vaults: uko doctor reads ${readVaults} vaults`]
      : []),
    "whether the service stores a request: the first request finds out, before anything is deactivated",
  ];
}

export interface LogIn {
  /** When the token expires, ISO 8601 UTC; absent if the token does not say. */
  readonly tokenExpiresAt?: string;
  /** Whether uko requests another token before, so that the log-in goes on. */
  readonly isTokenRenewed: boolean;
}

/** How long the caller stays logged in, in one sentence. */
export function sayLogin({ tokenExpiresAt, isTokenRenewed }: LogIn): string {
  if (isTokenRenewed) return "uko renews the access token by itself, so you stay logged in during a run.";
  if (tokenExpiresAt === undefined) return "The token does not say when it expires.";
  return `The token expires on ${sayTime(Date.parse(tokenExpiresAt))}, and uko cannot renew it.`;
}

/** What a list shows of the rights of the caller. */
export interface ListRight {
  readonly what: "vaults" | "keys" | "keystores" | "templates" | "KMS keys";
  readonly result: "listed" | "right_missing" | "unknown";
  readonly count?: number;
  /** Whether only the keys of the first vaults were counted. */
  readonly isMore?: boolean;
}

/** `812`, or `812+` if there may be more. */
export function sayCount({ count = 0, isMore }: ListRight): string {
  return `${count}${isMore === true ? "+" : ""}`;
}

/** Which rights list everything, for a caller who lacks one of them. No predefined role has exactly these rights. */
export function adviseOnLists({ lists }: { readonly lists: readonly ListRight[] }): readonly string[] {
  if (lists.every(({ result }) => result !== "right_missing")) return [];
  const actions = ["vaults", "managed-keys", "target-keystores", "key-templates"].map(
    (each) => `hs-crypto.${each}.list`,
  );
  return [`The smallest set of rights that lists everything: Reader, and a custom role with ${sayList(actions)}.`];
}
