/**
 * Reads the settings of a run from the environment and from what the engine stored, which other people may have edited.
 * The environment takes precedence, dual authorization applies if either side requires it, and two different instances
 * are an error. Each address keeps its source, and services/http/allowed-hosts.ts decides which source may name which
 * host.
 */

import { UkoError } from "./errors.ts";
import type { Endpoint, EndpointSource } from "./services/http/allowed-hosts.ts";
import type { ProxySettings } from "./services/http/client.ts";
import type { Credential } from "./services/iam.ts";
import { type KeyProtect, type NamedInstance, readInstance } from "./text/uuid-form.ts";

type Names = { readonly property: (path: string) => string };

interface CheckFailure {
  readonly property: string;
  readonly reason: string;
  readonly remedy?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings that an engine stores. Others may edit the state, so each has limited effect. */
export type StoredSettings = { readonly [Name in (typeof storedNames)[number]]?: string };

const storedNames = [
  "endpoint",
  "kmsEndpoint",
  "iamEndpoint",
  "instanceId",
  "region",
  "apiKey",
  "token",
  "dualAuthorization",
  /** `true` or `false`, as text. */
  "strictReads",
] as const;

/** Reads each setting by name; settings that the engine has not stored are left out. */
export function storedSettings(get: (name: string) => string | undefined): StoredSettings {
  return Object.fromEntries(
    storedNames.flatMap((name) => {
      const value = get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Errors in stored settings that no environment can correct. Absent settings are valid. */
export function checkStored(
  given: Readonly<Record<string, unknown>>,
  { property: nameOf }: Names,
): readonly CheckFailure[] {
  const { instanceId, apiKey, token, dualAuthorization } = given;
  const failures: CheckFailure[] = Object.entries(given).flatMap(([property, value]) => {
    if (!storedNames.some((name) => name === property)) return [{ property, reason: "is not a known property" }];
    if (property === "strictReads") {
      return ["true", "false"].includes(String(value)) ? [] : [{ property, reason: "must be true or false" }];
    }
    return typeof value === "string" ? [] : [{ property, reason: "must be a string" }];
  });
  const fail = (property: string, reason: string, remedy?: string): void =>
    void failures.push({ property, reason, ...(remedy !== undefined && { remedy }) });
  if (typeof instanceId === "string" && readInstance(instanceId) === undefined) {
    fail("instanceId", `must be ${instanceForms}`);
  }
  if (apiKey !== undefined && token !== undefined) {
    fail("token", `cannot be combined with ${nameOf("apiKey")}`, "set only one of the two");
  }
  if (typeof dualAuthorization === "string" && !["required", "single"].includes(dualAuthorization)) {
    fail("dualAuthorization", 'must be "required" or "single"');
  }
  for (const name of ["endpoint", "kmsEndpoint", "iamEndpoint"]) {
    const url = given[name];
    if (typeof url === "string" && url !== "" && !URL.canParse(url)) fail(name, "must be a URL: https:// and a host");
  }
  return failures;
}

export interface Settings {
  readonly instanceId: string;
  /** Set for an instance of Key Protect, which has no UKO. */
  readonly keyProtect?: KeyProtect;
  readonly region?: string;
  readonly endpoint?: Endpoint;
  readonly kmsEndpoint?: Endpoint;
  readonly iamEndpoint: Endpoint;
  readonly credential: Credential;
  readonly allowedHosts: readonly string[];
  /** The people that the environment or the provider demand at least; neither can relax the rule. */
  readonly leastPeople: "single" | "destroy";
  readonly isReadStrict: boolean;
  readonly waitMs?: number;
  /** Whether the run has no person at the terminal, by the variable `CI`, which every pipeline sets. */
  readonly isUnattended: boolean;
  readonly evidence: EvidencePlace;
  readonly reportPath?: string;
  readonly proxy?: ProxySettings;
}

/** Where the evidence of a run goes. With `none` there is no place yet, so the run may read but takes no step. */
export type EvidencePlace =
  | { readonly kind: "named" | "default"; readonly path: string }
  | { readonly kind: "log" }
  | { readonly kind: "none"; readonly why: string };

const ibmCloudIam = "https://iam.cloud.ibm.com";
const instanceForms = "the UUID of the instance, in lower case, or the CRN of an instance of Key Protect";

/** The name of a stored setting, as the reader writes it. */
const inProvider = (name: string, { property }: Names): string =>
  `${property(name)} in the configuration of the provider`;

/**
 * Throws UKO_INSTANCE_MISMATCH if environment and stored settings name different instances. A plan calls this before
 * the other settings are known.
 */
export function requireInstanceOfEnvironment(
  environment: Environment,
  { instanceId }: StoredSettings,
  names: Names,
): void {
  if (isGiven(environment.UKO_INSTANCE_ID) && isGiven(instanceId)) instanceOf(environment, { instanceId }, names);
}

/** Compares instances by their UUIDs, because the CRN of Key Protect contains one, too. */
function instanceOf(environment: Environment, stored: StoredSettings, names: Names): NamedInstance {
  const places = [
    { setting: "UKO_INSTANCE_ID", text: environment.UKO_INSTANCE_ID },
    { setting: inProvider("instanceId", names), text: stored.instanceId },
  ];
  const [first, second] = places.flatMap(({ setting, text }) => {
    if (!isGiven(text)) return [];
    const instance = readInstance(text);
    if (instance !== undefined) return [{ setting, ...instance }];
    throw invalid("The instance ID is not valid", `${setting} must be ${instanceForms}.`);
  });
  if (first === undefined) {
    throw invalid(
      "The instance ID is not set",
      [
        `Set UKO_INSTANCE_ID, or ${inProvider("instanceId", names)}.`,
        "A run also needs UKO_REGION, or endpoints, and your own credential: UKO_API_KEY, or the log-in of uko login.",
        "To try uko without an instance, run uko emulator and set what it prints.",
      ].join("\n"),
    );
  }
  if (second !== undefined && second.instanceId !== first.instanceId) {
    throw new UkoError("UKO_INSTANCE_MISMATCH", {
      summary: `${first.setting} names instance ${first.instanceId}, but ${second.setting} names ${second.instanceId}`,
      detail:
        "Nothing was read or changed, because keys could be created or deleted in the wrong instance.\n" +
        `Next: unset ${first.setting}, or correct the one that is wrong.`,
    });
  }
  const { setting: _setting, ...instance } = first;
  return instance;
}

/**
 * Combines environment and stored settings. Throws UKO_SETTINGS_INVALID with the name of the setting, and
 * UKO_INSTANCE_MISMATCH.
 */
export function readSettings(
  environment: Environment,
  stored: StoredSettings = {},
  names: Names = { property: (name) => name },
): Settings {
  const instance = instanceOf(environment, stored, names);
  const { instanceId, keyProtect } = instance;
  const region = firstGiven(environment.UKO_REGION, stored.region) ?? keyProtect?.region;
  const wait = firstGiven(environment.UKO_WAIT);
  const endpoint = namedAddress(environment.UKO_ENDPOINT, stored.endpoint);
  const kmsEndpoint = namedAddress(environment.UKO_KMS_ENDPOINT, stored.kmsEndpoint);
  const reportPath = firstGiven(environment.UKO_REPORT);
  if (keyProtect !== undefined && (endpoint !== undefined || region !== keyProtect.region)) {
    const name = endpoint === undefined ? "region" : "address of UKO";
    const [variable, property] = endpoint === undefined ? ["UKO_REGION", "region"] : ["UKO_ENDPOINT", "endpoint"];
    throw invalid(
      `The ${name} does not fit the instance, which is Key Protect in ${keyProtect.region}`,
      `Key Protect has no UKO, and its CRN names its region. Unset ${variable}, and ${inProvider(property, names)}.`,
    );
  }
  return {
    ...instance,
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint: { ...endpoint, role: "uko", instanceId } }),
    ...(kmsEndpoint !== undefined && {
      kmsEndpoint:
        keyProtect === undefined
          ? { ...kmsEndpoint, role: "kms", instanceId }
          : { ...kmsEndpoint, role: "key_protect", instanceId, region: keyProtect.region },
    }),
    ...readIamSettings(environment, stored),
    credential: credentialOf(environment, stored, names),
    leastPeople: [
      asksForTwo(environment.UKO_DUAL_AUTHORIZATION, "UKO_DUAL_AUTHORIZATION"),
      asksForTwo(stored.dualAuthorization, inProvider("dualAuthorization", names)),
    ].includes(true)
      ? "destroy"
      : "single",
    isReadStrict: isOn(firstGiven(environment.UKO_STRICT_READS, stored.strictReads), "UKO_STRICT_READS"),
    isUnattended: isUnattended(environment),
    evidence: evidencePlaceOf(environment, instanceId),
    ...(wait !== undefined && { waitMs: parseDurationMs(wait, "UKO_WAIT", longestWait) }),
    ...(reportPath !== undefined && { reportPath }),
  };
}

function isUnattended({ CI }: Environment): boolean {
  return !["", "0", "false"].includes(CI ?? "");
}

/**
 * One file for each instance in the user's state folder, unless `UKO_EVIDENCE` names a file or `log`. The machine of a
 * pipeline is deleted with its state folder, so a pipeline has no default.
 */
export function evidencePlaceOf(
  environment: Environment,
  instanceId: string,
  system: string = process.platform,
): EvidencePlace {
  const path = firstGiven(environment.UKO_EVIDENCE);
  if (path !== undefined) return path === "log" ? { kind: "log" } : { kind: "named", path };
  if (isUnattended(environment))
    return { kind: "none", why: "This run is in a pipeline (CI is set), which has no default file." };
  const folder = stateFolderOf(environment, system);
  if (folder !== undefined) return { kind: "default", path: `${folder}evidence-${instanceId}.jsonl` };
  return { kind: "none", why: "The environment does not name your home folder (HOME, XDG_STATE_HOME)." };
}

/** The folder of `uko` in the state folder of the user, with a separator at its end. */
function stateFolderOf({ XDG_STATE_HOME = "", HOME, LOCALAPPDATA }: Environment, system: string): string | undefined {
  // The specification of these variables ignores a path that is not absolute.
  if (XDG_STATE_HOME.startsWith("/")) return `${XDG_STATE_HOME}/uko/`;
  if (system === "win32") return isGiven(LOCALAPPDATA) ? `${LOCALAPPDATA}\\uko\\` : undefined;
  if (!isGiven(HOME)) return undefined;
  return `${HOME}/${system === "darwin" ? "Library/Application Support" : ".local/state"}/uko/`;
}

/** What a log-in needs: it comes before any credential, and before an instance is known. */
export type IamSettings = Pick<Settings, "iamEndpoint" | "allowedHosts" | "proxy">;

export function readIamSettings(environment: Environment, stored: StoredSettings = {}): IamSettings {
  const proxy = proxyOf(environment);
  return {
    iamEndpoint: {
      ...(namedAddress(environment.UKO_IAM_ENDPOINT, stored.iamEndpoint) ?? { url: ibmCloudIam, source: "built_in" }),
      role: "iam",
    },
    allowedHosts: words(environment.UKO_ALLOWED_HOSTS),
    ...(proxy !== undefined && { proxy }),
  };
}

const durationForm = /^(?<amount>[0-9]{1,6}(?:\.[0-9]{1,3})?)(?<unit>s|m|h|d)$/;
const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Duration = `${number}${keyof typeof unitMs}`;

/** How long one run may wait. */
export const longestWait: Duration = "100d";

/** Reads `0`, `90s`, `30m`, `4h`, `7d`, up to `longest`. */
export function parseDurationMs(text: string, where: string, longest: Duration): number {
  const ms = msOf(text.trim());
  if (ms <= msOf(longest)) return ms;
  throw invalid(`${where} is not a duration`, `Examples: 0, 90s, 30m, 4h, 7d. The maximum is ${longest}.`);
}

/** NaN if the text is not a duration. */
function msOf(text: string): number {
  if (text === "0") return 0;
  const parts = durationForm.exec(text)?.groups;
  return Number(parts?.amount) * (unitMs[parts?.unit as keyof typeof unitMs] ?? Number.NaN);
}

/**
 * The credential of the environment, or else the stored one. Two credentials in one place are rejected, because it would
 * be unclear who acts.
 */
function credentialOf(environment: Environment, stored: StoredSettings, { property }: Names): Credential {
  const { UKO_API_KEY, UKO_API_KEY_FILE: file, UKO_TOKEN } = environment;
  if (isGiven(file)) {
    if (!isGiven(UKO_API_KEY) && !isGiven(UKO_TOKEN)) {
      const setting = "UKO_API_KEY_FILE";
      return { kind: "api_key", read: (readFile) => readFile?.(file, setting) ?? "", setting };
    }
    const other = isGiven(UKO_API_KEY) ? "UKO_API_KEY" : "UKO_TOKEN";
    throw invalid(`Both UKO_API_KEY_FILE and ${other} are set`, "Set only one of them, so that it is clear who acts.");
  }
  const places = [
    { apiKey: UKO_API_KEY, token: UKO_TOKEN, names: ["UKO_API_KEY", "UKO_TOKEN"], of: "" },
    {
      ...{ apiKey: stored.apiKey, token: stored.token },
      ...{ names: [property("apiKey"), property("token")], of: " of the provider" },
    },
  ];
  for (const { apiKey, token, names, of } of places) {
    if (isGiven(apiKey) && isGiven(token)) {
      throw invalid(`Both ${names.join(" and ")}${of} are set`, "Set only one of them, so that it is clear who acts.");
    }
    if (isGiven(apiKey)) return { kind: "api_key", read: () => apiKey, setting: `${names[0]}${of}` };
    if (isGiven(token)) return { kind: "token", read: () => token, setting: `${names[1]}${of}` };
  }
  throw invalid(
    "The credential is not set",
    [
      "Set UKO_API_KEY (or UKO_API_KEY_FILE, UKO_TOKEN) to your own credential, so that the run acts as you.",
      "Next: to log in with a one-time code instead, run",
      "  uko login",
    ].join("\n"),
  );
}

/** Returns an address with its source, because only the environment of the caller may name the caller's machine. */
function namedAddress(
  fromEnvironment: string | undefined,
  stored: string | undefined,
): Pick<Endpoint, "url" | "source"> | undefined {
  const url = isGiven(fromEnvironment) ? fromEnvironment : stored;
  const source: EndpointSource = isGiven(fromEnvironment) ? "environment" : "stored";
  return isGiven(url) ? { url, source } : undefined;
}

function asksForTwo(value: string | undefined, where: string): boolean {
  if (value === undefined || value === "" || value === "single") return false;
  if (value === "required") return true;
  throw invalid(`${where} is not valid`, 'Set "required" or "single". This setting can only make the rule stricter.');
}

function isOn(value: string | undefined, where: string): boolean {
  if (value === undefined || value === "0" || value === "false") return false;
  if (value === "1" || value === "true") return true;
  throw invalid(`${where} is not valid`, "Set 1 or true to turn it on, and 0 or false to turn it off.");
}

function words(text: string | undefined): readonly string[] {
  return (text ?? "").split(/[\s,]+/).filter((word) => word !== "");
}

function firstGiven(...values: readonly (string | undefined)[]): string | undefined {
  return values.find(isGiven);
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

function invalid(summary: string, detail: string): UkoError {
  return new UkoError("UKO_SETTINGS_INVALID", { summary, detail });
}

/** Proxy variables as curl reads them. The address may hold a password, so it is never shown. */
function proxyOf(environment: Environment): Settings["proxy"] {
  const url = firstGiven(environment.HTTPS_PROXY, environment.https_proxy);
  if (url === undefined) return undefined;
  if (!URL.canParse(url) || !["http:", "https:"].includes(new URL(url).protocol)) {
    throw invalid(
      "The address of the proxy is not valid",
      "HTTPS_PROXY must be http:// or https://, a host, and optionally a port.",
    );
  }
  return { url, exceptions: firstGiven(environment.NO_PROXY, environment.no_proxy) ?? "" };
}
