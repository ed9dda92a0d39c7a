/** The output of `uko doctor`: one line for each check, and what to do if a check fails. */

import { isUkoError } from "../../errors.ts";
import { mayAuthor } from "../../lifecycle/authorization.ts";
import { type Actor, isPerson } from "../../lifecycle/observation.ts";
import { plain, sayActor } from "../words.ts";

/** Printed by `--json`, one line each. */
export interface Check {
  readonly check: string;
  readonly level: "ok" | "warn" | "fail";
  readonly says: string;
  /** What to do, or what exists; may have several lines. */
  readonly do?: string;
}

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

export function settingsCheck(instanceId: string, endpoint: string | undefined, region: string | undefined): Check {
  const check = "settings";
  if (endpoint !== undefined)
    return { check, level: "ok", says: `instance ${instanceId}, endpoint ${endpoint} as set` };
  const asked = `endpoint asked of the broker${region === undefined ? "" : ` of ${region}`}`;
  return { check, level: "ok", says: `instance ${instanceId}, ${asked}` };
}

export function identityCheck(actor: Actor): Check {
  const check = "identity";
  if (actor.identity === undefined) {
    return {
      check,
      level: "warn",
      says: `${sayActor(actor)}: the token does not tell who acts`,
      do: 'Two persons cannot be told apart this way; only keys with dualAuthorization: "single" in code can be ended.',
    };
  }
  if (!isPerson(actor.identity)) {
    return {
      check,
      level: "warn",
      says: `${sayActor(actor)} is not a person`,
      do: "It can declare keys, wait, and remove what is over; it can neither ask nor consent. People use their own API key.",
    };
  }
  if (!mayAuthor(actor)) {
    return {
      check,
      level: "warn",
      says: `${sayActor(actor)} is a person and acts through a trusted profile`,
      do: "It can take a step on another's record; to ask or to consent, use an API key of your own.",
    };
  }
  return { check, level: "ok", says: `${sayActor(actor)}, a person` };
}

export function reachabilityCheck(check: string, call: WatchedCall | undefined): readonly Check[] {
  if (call === undefined) return [];
  const time = `${Math.round(call.durationMs)} ms`;
  const isSlow = call.durationMs > slowMs;
  const says = `${call.origin} answered ${call.status} in ${time}`;
  const isSecure = call.origin.startsWith("https://");
  return [
    {
      check,
      level: isSlow ? "warn" : "ok",
      says,
      ...(isSlow && { do: "It is slow; a deadline of 90 s ends a call." }),
    },
    isSecure
      ? { check: `${check} TLS`, level: "ok", says: "its certificate is valid for the host" }
      : {
          check: `${check} TLS`,
          level: "warn",
          says: "no TLS, which is allowed to this machine only",
          do: "Right for the local UKO; a real instance is reached over https.",
        },
  ];
}

export function clockCheck(skewMs: number | undefined): Check {
  const check = "clock";
  if (skewMs === undefined)
    return { check, level: "warn", says: "the service tells no time", do: "Nothing can be decided without." };
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const says =
    seconds === 0
      ? "agrees with the service's"
      : `this machine is ${seconds} s ${skewMs > 0 ? "behind" : "ahead of"} the service`;
  return Math.abs(skewMs) <= largestSkewMs
    ? { check, level: "ok", says }
    : {
        check,
        level: "warn",
        says,
        do: "What is due is decided by the service's clock alone; TLS and tokens may fail by yours.",
      };
}

export function instanceCheck(isProven: boolean): Check {
  const check = "instance";
  if (isProven) return { check, level: "ok", says: "proven: the broker or the host name says which instance answers" };
  return {
    check,
    level: "warn",
    says: "not proven: nothing but your setting says which instance answers",
    do: "Set UKO_REGION, so that the broker is asked; otherwise a vault that is not found never counts as gone.",
  };
}

/**
 * Newest first. No version endpoint or header is documented, so the fields must show the version
 * (uko-v4.md 1.6).
 */
const versionHints = [
  ["destruction_at", "4.14.2 or later"],
  ["key_material_present", "4.14.0 or later"],
  ["destruction_in", "4.14.0 or 4.14.1"],
  ["keys_count", "4.12 or later"],
  ["status_in_keystores", "4.12 or later"],
] as const;

export function versionCheck(fields: ReadonlySet<string>): Check {
  const check = "API version";
  const hint = versionHints.find(([field]) => fields.has(field));
  if (hint !== undefined) return { check, level: "ok", says: `${hint[1]}, by the field ${hint[0]}` };
  return {
    check,
    level: "warn",
    says: fields.size === 0 ? "not to be told: nothing could be read" : "before 4.12, as far as fields tell",
    do: "Older releases hide keystores' states; uko then refuses what it cannot see.",
  };
}

/** This check only looks for tag support; `uko doctor --probe-tags` tries it. */
export function tagsCheck(tagged: number, keys: number): Check {
  const check = "tags";
  if (tagged > 0) return { check, level: "ok", says: `kept: ${tagged} of ${keys} keys carry some` };
  return {
    check,
    level: "ok",
    says: "not known: no key that was read carries any",
    do: "The first consent record finds out before anything is cut off; without tags it ends the description.",
  };
}

const maxNamedVaults = 20;

export function vaultsCheck(vaults: readonly { readonly id: string; readonly name: string }[]): Check {
  const names = vaults.slice(0, maxNamedVaults).map(({ id, name }) => `${id}  ${plain(name, 100)}`);
  const rest = vaults.length > maxNamedVaults ? ["…"] : [];
  return {
    ...listCheck("vaults", vaults.length, "vault"),
    ...(names.length > 0 && { do: [...names, ...rest].join("\n") }),
  };
}

export function listCheck(check: string, count: number, noun: string): Check {
  return { check, level: "ok", says: `${count} ${count === 1 ? noun : `${noun}s`} to be seen` };
}

/** A run cannot protect itself from a state that names other code, so every `uko doctor` points to the check that can. */
export function stateHintCheck(): Check {
  return {
    check: "state",
    level: "ok",
    says: "not checked; a person who can edit a Pulumi state can run code as the next user",
    do: "pulumi stack export | uko doctor --state -",
  };
}
