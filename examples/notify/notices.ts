/**
 * Notices from the lines of `uko requests --json`: which requests wait for an approval, and what the approver has to know.
 * The lines quote labels, names and reasons that other people wrote, so every text is cleaned and shortened here.
 */

/** A request that waits for the approval of another person. */
export interface Notice {
  readonly label: string;
  /** `<vaultId>/<keyId>`, or `kms/<keyId>` for a KMS key. */
  readonly key: string;
  readonly step: string;
  readonly requester: string;
  readonly since: string;
  readonly until: string;
  /** Only while the key is cooling down. */
  readonly notBefore: string | undefined;
  /** The person who has to act. */
  readonly approver: string;
  readonly reason: string | undefined;
  /** It logs a person in with a one-time code and only shows the key, so that no pipeline can approve with it. */
  readonly command: string;
}

export interface Notices {
  readonly notices: readonly Notice[];
  /** The settings of the job that an approver needs, too, such as `UKO_REGION`. */
  readonly settings: Readonly<Record<string, string>>;
  /** How many lines are faults: a vault or a key that could not be read, or a line of another form. */
  readonly faults: number;
}

interface Line {
  readonly vaultId?: unknown;
  readonly keyId?: unknown;
  readonly label?: unknown;
  readonly error?: unknown;
  readonly deletion?: Deletion;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Deletion = Readonly<Record<string, unknown>>;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const steps: Readonly<Record<string, string>> = {
  deactivate: "deactivate: data becomes inaccessible, until a person reactivates the key",
  destroy: "destroy: cannot be undone",
};
const destroyKmsKey = "destroy: data becomes inaccessible; KMS can restore the key for 30 days";

export function readNotices(jsonLines: string, environment: Environment = {}): Notices {
  const notices: Notice[] = [];
  let faults = 0;
  for (const text of jsonLines.split("\n").filter((each) => each.trim() !== "")) {
    const line = parseLine(text);
    const notice = line === undefined ? undefined : noticeOf(line);
    if (notice === "fault" || line === undefined) faults += 1;
    else if (notice !== undefined) notices.push(notice);
  }
  const settings = ["UKO_INSTANCE_ID", "UKO_REGION"].flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, clean(value, 200)] as const];
  });
  return { notices, faults, settings: Object.fromEntries(settings) };
}

function parseLine(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === "object" && line !== null ? line : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for a key whose deletion does not wait for an approval: its request expired, or it waits for time. */
function noticeOf({ error, vaultId, keyId, label, deletion }: Line): Notice | "fault" | undefined {
  const isKmsKey = vaultId === "";
  if (error !== undefined || deletion === undefined) return "fault";
  if (!isUuid(keyId) || !(isKmsKey || isUuid(vaultId))) return "fault";
  if (deletion.awaits !== "approval" || deletion.recordId === undefined) return undefined;
  const key = isKmsKey ? `kms/${keyId}` : `${vaultId}/${keyId}`;
  const since = timeOf(deletion.requestedAt);
  return {
    label: clean(label, 80),
    key,
    step: isKmsKey ? destroyKmsKey : (steps[String(deletion.nextStep)] ?? "unknown: run the command to read it"),
    requester: isKmsKey ? "KMS does not report who set the key for deletion" : requesterOf(deletion),
    since: since ?? (isKmsKey ? "not reported by KMS" : "unknown"),
    until: timeOf(deletion.recordExpiresAt) ?? "unknown",
    notBefore: timeOf(deletion.notBefore),
    approver: approverOf(deletion, isKmsKey),
    reason: reasonOf(deletion),
    command: `uko login -- status ${key}`,
  };
}

function requesterOf({ requestedBy, requestedByName }: Deletion): string {
  return personOf(requestedBy, requestedByName);
}

function approverOf(deletion: Deletion, isKmsKey: boolean): string {
  const { neededRoles } = deletion;
  const roles = Array.isArray(neededRoles) && neededRoles.length > 0 ? neededRoles.join(" or ") : undefined;
  const other = isKmsKey ? "the identity that set the key for deletion" : requesterOf(deletion);
  return `a person other than ${other}${roles === undefined ? "" : `, with the role ${clean(roles, 120)}`}`;
}

/** The last reason, behind its author: a record repeats the reason of the record that it answers. */
function reasonOf({ reasons }: Deletion): string | undefined {
  const last: unknown = Array.isArray(reasons) ? reasons.at(-1) : undefined;
  if (typeof last !== "object" || last === null) return undefined;
  const { author, name, reason } = last as Deletion;
  return `${personOf(author, name)} wrote: ${clean(reason, 200)}`;
}

function isUuid(value: unknown): value is string {
  return typeof value === "string" && uuid.test(value);
}

function personOf(iamId: unknown, name: unknown): string {
  return name === undefined ? clean(iamId, 60) : `${clean(iamId, 60)} ("${clean(name, 60).replaceAll('"', "'")}")`;
}

function timeOf(value: unknown): string | undefined {
  const [, day, minute] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z$/.exec(String(value)) ?? [];
  return day === undefined ? undefined : `${day} ${minute} UTC`;
}

/** One line without invisible characters. An address loses its form, so that no program turns it into a link. */
export function clean(value: unknown, maxCharacters: number): string {
  const line = String(value ?? "")
    .replace(/[\s\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, "")
    .replaceAll("://", "[:]//")
    .replace(/\bwww\./gi, "www[.]")
    .replace(/\bmailto:/gi, "mailto[:]")
    .trim();
  const characters = Array.from(line);
  return characters.length <= maxCharacters ? line : `${characters.slice(0, maxCharacters - 1).join("")}…`;
}

/** The same facts in each message, in this order. */
export function factsOf(notice: Notice): readonly (readonly [name: string, value: string])[] {
  const { label, key, step, requester, since, until, notBefore, approver, reason } = notice;
  return [
    ["Key", `${label} (${key})`],
    ["Step", step],
    ["Requested by", requester],
    ["Since", since],
    ["Expires", until],
    ...(notBefore === undefined ? [] : [["Not before", notBefore] as const]),
    ["Has to act", approver],
    ...(reason === undefined ? [] : [["Reason", reason] as const]),
  ];
}

export function titleOf({ notices: { length } }: Notices): string {
  if (length === 0) return "The list of pending key deletions is incomplete";
  return length === 1 ? "1 request waits for an approval" : `${length} requests wait for an approval`;
}

/** The one address in a message. */
export const guide = "https://pulumi-uko.github.io/pulumi-uko/how-to/approve-a-request";

/** What stands below the notices, one sentence an element. */
export function closingOf({ notices, faults, settings }: Notices, shown: number): readonly string[] {
  const left = notices.length - shown;
  const set = Object.entries(settings).map(([name, value]) => `${name} to ${value}`);
  return [
    ...(left > 0 ? [`${left} more: to list all of them, run uko login -- requests.`] : []),
    ...(faults > 0 ? [`${faults} of the vaults or keys could not be read, so requests can be missing here.`] : []),
    ...(set.length === 0 ? [] : [`Before the command, set ${set.join(", and ")}.`]),
    "This message approves nothing. Run the command in your own terminal: you log in as yourself, read the request, and see the command with which you approve or decline.",
    "To use a browser instead, run uko login -- console.",
    `What to check before you decide: ${guide}`,
  ];
}
