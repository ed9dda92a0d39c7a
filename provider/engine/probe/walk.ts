/**
 * Walks all probes of `uko probe`: it fills in the values of the run, sends the requests of a probe, and judges the
 * responses. One loop serves every probe, with or without a throwaway key. A response that decides nothing makes a
 * probe `not_tried` and never ends the walk. For each key that the walk created, it reports that the key is gone, or
 * exactly what is left. It also stores what is left, because a wait, such as a cool-down, can last longer than a run.
 * A later run then continues with these keys.
 */

import { asUkoError } from "../../errors.ts";
import type { Identity } from "../../lifecycle/observation.ts";
import { versionIn } from "../commands/doctor-messages.ts";
import type { Outcome } from "../key/kind.ts";
import { isoTime } from "../loop/evidence.ts";
import type { TemplateSnapshot } from "../ports/containers.ts";
import type { Exchange, Wire, WireRequest, WireResponse } from "../ports/wire.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { createOwnKey, endOwnKey, longText, type OwnKey, requireHarmless, takeOwnStep } from "./own-key.ts";
import { type Probed, type ProbeLine, probeLine, type RecordingHeader, type Verdict } from "./recording.ts";
import { createRedactor, type Redactor } from "./redact.ts";
import { at, type OwnStep, type ProbeCall, type ProbeRow, pick, type Values } from "./row.ts";
import { type OwnPart, ownParts, readRows, rowsText } from "./rows.ts";

/** A key that an earlier run left, as its sealed file has it. */
export interface LeftKey {
  readonly keyId: string;
  readonly vaultId: string;
  readonly label: string;
  readonly template: string;
  readonly keystore: string;
  readonly isActivated: boolean;
  readonly writers: readonly Identity[];
  /** The part of the walk that comes next, and when; absent if only people can end the key. */
  readonly next?: { readonly part: OwnPart; readonly notBefore?: string } | undefined;
}

/** A key that a run leaves, with its state and the reason. */
export interface Left extends LeftKey {
  readonly state: string;
  readonly why: string;
}

export interface ProbeRequest {
  readonly product: string;
  readonly region: string;
  readonly vaultId?: string | undefined;
  /** The templates of the throw-away keys; none for a walk that only reads. */
  readonly templates: readonly string[];
  /** The keys of an earlier run, whose walk goes on. */
  readonly resumed: readonly LeftKey[];
  /** Whether a later run can prove that a key that is left is its own. */
  readonly canResume: boolean;
  readonly secondPerson?: Identity | undefined;
}

export interface ProbeSummary {
  readonly header: RecordingHeader;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly refuted: readonly ProbeLine[];
  readonly left: readonly Left[];
  /** Why the walk ended early, such as a full disk; the keys were ended all the same. */
  readonly failure?: unknown;
}

export interface ProbePorts {
  readonly world: World;
  readonly wire: Wire;
  /** Appends a line to the recording. */
  readonly append: (line: object) => Promise<void>;
  /** Stores the keys that a later run has to end, after each change of the list. */
  readonly keep: (keys: readonly LeftKey[]) => Promise<void>;
}

interface Run extends ProbePorts {
  readonly options: CallOptions;
  readonly request: ProbeRequest;
  readonly actor: Identity | undefined;
  readonly values: Values;
  readonly redactor: Redactor;
  readonly lines: ProbeLine[];
  readonly left: Left[];
}

/** Walks the probes, and appends a line for each of them. */
export async function walkProbes(
  ports: ProbePorts,
  request: ProbeRequest,
  options: CallOptions,
): Promise<ProbeSummary> {
  const { world, wire, append } = ports;
  const actor = (await world.session.actor(options)).writesAs;
  const { values: found, apiVersion } = await discover(wire, { world, request, options });
  const startMs = world.session.serviceTimeMs() ?? 0;
  const { product, region } = request;
  const day = isoTime(startMs).slice(0, 10);
  const header: RecordingHeader = {
    v: 1,
    kind: "recording",
    product,
    apiVersion,
    region,
    day,
    rows: world.sha256(rowsText()),
  };
  const values: Values = { ...found, actor: actor?.iamId };
  const { kms: _kms, ...known } = values;
  const redactor = createRedactor(startMs, { ...known, second: request.secondPerson?.iamId });
  // Until a run has reached a key of an earlier one, the list of what is left still has it.
  const notReached = { state: "unknown", why: "the run did not reach it" } as const;
  const left: Left[] = request.resumed.map((key) => ({ ...key, ...notReached }));
  const run: Run = { ...ports, options, request, actor, values, redactor, lines: [], left };
  let failure: unknown;
  try {
    await append(header);
    if (request.resumed.length === 0) await walkRows(run, readRows, {});
    for (const key of request.resumed) await walkKey(run, leftKey(run, key));
    for (const template of request.templates) {
      for (const part of ["draft", "life"] as const) await walkKey(run, await newKey(run, template, part));
    }
  } catch (error) {
    failure = error;
  }
  const of = (verdict: Verdict) => run.lines.filter((line) => line.verdict === verdict);
  const counts = { verified: of("verified").length, refuted: of("refuted").length, not_tried: of("not_tried").length };
  const summary = { header, counts, refuted: of("refuted"), left };
  if (failure !== undefined) return { ...summary, failure };
  await append({ v: 1, kind: "end", ...counts });
  return summary;
}

/** The part of a run that belongs to one throw-away key. */
interface OwnRun {
  readonly values?: Values;
  readonly keystore?: string;
  readonly rows?: readonly ProbeRow[];
  key?: OwnKey | undefined;
  /** The ID of the key in KMS, if it is in an internal keystore. */
  backingKey?: string | undefined;
  /** Why no probe of this key can be tried. */
  obstacle?: string | undefined;
  readonly create?: () => Promise<OwnKey>;
  /** Whether the probe itself makes this key active. */
  readonly mayActivate?: boolean;
}

async function walkRows(run: Run, rows: readonly ProbeRow[], own: OwnRun): Promise<void> {
  for (const row of rows) {
    run.world.progress.count?.(`Probing ${row.id}`);
    const probed = await probe(run, row, own);
    // After a step that did not happen, the other rows of the key would judge another state.
    if (row.step !== undefined && probed.verdict === "not_tried") own.obstacle ??= `${row.id} was not tried`;
    const line = probeLine(row, probed, run.redactor, own.keystore);
    run.lines.push(line);
    await run.append(line);
  }
}

/** Sends one row and judges the responses. */
async function probe(run: Run, row: ProbeRow, own: OwnRun): Promise<Probed> {
  const exchanges: Exchange[] = [];
  const notTried = (why: string): Probed => ({ verdict: "not_tried", why, exchanges });
  if (own.obstacle !== undefined) return notTried(own.obstacle);
  try {
    if (row.step !== undefined) {
      exchanges.push(...(await takeStep(run, row.step, own)));
      if (exchanges.length === 0) return notTried("uko could not take the step");
    }
    let etag: string | undefined;
    for (const call of row.send) {
      const values: Values = { ...valuesIn(run, own), etag };
      const filled = fill(call, values);
      if (typeof filled === "string")
        return notTried(filled === "kms" ? "KMS cannot be listed" : `no visible ${filled}`);
      if (filled.as === "second" && !run.wire.has("second")) return notTried("needs a second person (--second)");
      if (filled.service === "broker" && !run.wire.has("broker")) return notTried("no region is set (UKO_REGION)");
      requireHarmless(filled, own.key);
      const isActivation = filled.path.endsWith("/activate");
      if (isActivation && own.mayActivate === true) await markActive(run, own);
      const response = await run.wire.send(filled, run.options);
      if (isActivation && response.status === 200) await markActive(run, own);
      exchanges.push({ request: filled, response });
      etag = response.headers.etag ?? etag;
      own.backingKey = backingKeyIn(response) ?? own.backingKey;
      if (filled.path === "/managed_keys" && response.status === 201) await endSecondKey(run, own.key, response);
    }
  } catch (error) {
    if (run.options.signal.aborted) throw error;
    return notTried(asUkoError(error).code);
  }
  const responses = exchanges.map(({ response }) => response);
  const held = row.holds(responses, valuesIn(run, own));
  if (typeof held === "string") return notTried(held);
  const unanswered = held ? undefined : exchanges.find(isUnanswered);
  if (unanswered !== undefined) return notTried(`the service responded with ${unanswered.response.status}`);
  return { verdict: held ? "verified" : "refuted", exchanges };
}

/** Whether a response says nothing about the question, because of a missing right, the load or the connection. */
function isUnanswered({ request: { as }, response: { status } }: Exchange): boolean {
  const isUnknownCaller = status === 401 && as !== "anonymous";
  return isUnknownCaller || status === 0 || status === 403 || status === 429 || status >= 500;
}

function valuesIn({ values }: Run, { key, backingKey, values: own }: OwnRun): Values {
  const ofKey =
    key === undefined
      ? {}
      : { own: key.ref.keyId, ownLabel: key.label, ownTemplate: key.template, vault: key.ref.vaultId, backingKey };
  return { ...values, ...own, ...ofKey };
}

/** An internal keystore names its key as `<instance>/<key>` (uko-v4.md 3.4). */
function backingKeyIn(response: WireResponse): string | undefined {
  const named = String(pick(response, "status_in_keystores.*.key_id_in_keystore")[0] ?? "");
  return /^[0-9a-f-]{36}\/([0-9a-f-]{36})$/.exec(named)?.[1];
}

const placeholderForm = /\{(\w+)\}/g;

/** The request of a call with its values; the name of a value that is missing instead. */
function fill(call: ProbeCall, values: Values): WireRequest | string {
  const [line, more] = typeof call === "string" ? [call, {}] : call;
  const [method, service, path = ""] = line.split(" ") as [WireRequest["method"], WireRequest["service"], string];
  const names = Array.from(JSON.stringify([path, more]).matchAll(placeholderForm), ([, name = ""]) => name);
  const missing = [...(service === "kms" ? ["kms"] : []), ...names].find((name) => values[name] === undefined);
  if (missing !== undefined) return missing;
  const value = (name: string): string => values[name] ?? "";
  const filled = path.replaceAll(placeholderForm, (_, name: string) => encodeURIComponent(value(name)));
  const inText = JSON.stringify(more).replaceAll(placeholderForm, (_, name: string) =>
    JSON.stringify(value(name)).slice(1, -1),
  );
  return { as: "self", ...(JSON.parse(inText) as typeof more), method, service, path: filled };
}

async function takeStep(run: Run, step: OwnStep, own: OwnRun): Promise<readonly Exchange[]> {
  const { world, wire, options } = run;
  return wire
    .changesDuring(async () => {
      if (step === "create") own.key = await own.create?.();
      else if (own.key !== undefined) await takeOwnStep(world, own.key, step, options);
      // The outcome of a step is in the responses. What a step leaves is judged at the end of the key.
    })
    .catch((error: unknown) => {
      // Without a key, no other probe of it can be tried.
      if (step === "create") own.obstacle = `no key was created (${asUkoError(error).code})`;
      throw error;
    });
}

/** Notes that the probe activates the key, before it does, so that a run that goes on after a crash can end the key. */
async function markActive(run: Run, own: OwnRun): Promise<void> {
  if (own.key === undefined || own.key.isActivated) return;
  own.key = { ...own.key, isActivated: true };
  const { keyId } = own.key;
  run.left.splice(0, Infinity, ...run.left.map((key) => (key.keyId === keyId ? { ...key, isActivated: true } : key)));
  await run.keep(run.left);
}

/** Ends the key that a service created although its label was taken. The planner checks first that it has that label. */
async function endSecondKey(run: Run, key: OwnKey | undefined, response: WireResponse): Promise<void> {
  const keyId = String(at(response, "id") ?? "");
  if (key !== undefined) await endAndReport(run, { key: { ...key, keyId, ref: { ...key.ref, keyId } } });
}

/** Walks the rows of a key, and ends the key whatever happens in between. */
async function walkKey(run: Run, own: OwnRun): Promise<void> {
  try {
    await walkRows(run, own.rows ?? [], own);
  } finally {
    await endAndReport(run, own);
  }
}

/** A draft that is removed at once, or the life of an active key. */
async function newKey(run: Run, template: string, part: "draft" | "life"): Promise<OwnRun> {
  const { world, request, options, actor } = run;
  const { keystore, obstacle = obstacleOf(run, part) } = await templateOf(run, template);
  const mark = world.newId().replaceAll("-", "").slice(0, 8);
  const label = `uko probe ${mark}`;
  const { vaultId = "" } = request;
  const writers = [actor, request.secondPerson].flatMap((person) => person ?? []);
  return {
    values: { vault: vaultId, mark, long: longText(mark) },
    keystore,
    rows: ownParts[part],
    mayActivate: part === "life",
    obstacle,
    create: async () => {
      // Without evidence no step could be taken, and the key would stay.
      await world.evidence.open();
      await world.reports?.open();
      const ref = await createOwnKey(world, { vaultId, template, label, mark }, options);
      run.redactor.know("own", ref.keyId);
      const key = { keyId: ref.keyId, label, isActivated: false, writers, template, keystore };
      run.left.push({ ...key, vaultId, state: "pre_activation", why: "the run is in progress" });
      await run.keep(run.left);
      return { ...key, ref };
    },
  };
}

/** Why this run must not create a key that it could not end. */
function obstacleOf({ world, request }: Run, part: "draft" | "life"): string | undefined {
  if (world.signatures !== undefined) return "this machine demands signed consents, so two people have to end each key";
  if (part === "draft" || request.canResume) return undefined;
  return "needs an API key, because only its seal lets a later run end the key";
}

async function templateOf({ world, request, options, redactor }: Run, name: string) {
  const templates = await world.templates.list({ vaultId: request.vaultId ?? "" }, options);
  const template = templates.find((each) => each.name === name);
  const keystore = String(redactor.redact(template?.keystoreType ?? "unknown"));
  return { keystore, obstacle: template === undefined ? "no visible template with that name" : obstacleIn(template) };
}

function obstacleIn({ keyState, isArchived, namingScheme = "" }: TemplateSnapshot): string | undefined {
  if (keyState !== "pre_activation") return "the keys of the template are active at once";
  if (isArchived) return "the template is archived";
  return namingScheme === "" ? undefined : "a naming scheme names the keys of the template";
}

/** A key that an earlier run left. Its next rows are asked only when their time has come. */
function leftKey({ world, redactor }: Run, left: LeftKey): OwnRun {
  const { keyId, vaultId, label, keystore, next } = left;
  const ref = { instanceId: world.session.instanceId, vaultId, keyId };
  const isDue = next?.notBefore === undefined || (world.session.serviceTimeMs() ?? 0) > Date.parse(next.notBefore);
  redactor.know("own", keyId);
  const rows = next !== undefined && isDue ? ownParts[next.part] : [];
  return { values: { mark: label.slice(-8) }, keystore, rows, key: { ...left, ref } };
}

/** Ends the key as far as it can be ended now, and says what is left. */
async function endAndReport(run: Run, { key }: OwnRun): Promise<void> {
  if (key === undefined) return;
  const { ref, ...facts } = key;
  const left = { ...facts, vaultId: ref.vaultId };
  const others = run.left.filter(({ keyId }) => keyId !== key.keyId);
  let standing: ReturnType<typeof standingOf>;
  try {
    standing = standingOf(await endOwnKey(run.world, key, run.options));
  } catch (error) {
    standing = { state: "unknown", why: asUkoError(error).summary };
  }
  run.left.splice(
    0,
    Infinity,
    ...others,
    ...(standing === undefined ? [] : [{ ...left, next: undefined, ...standing }]),
  );
  await run.keep(run.left);
}

/** What is left after a run, and when the walk can go on; undefined if the key is gone. */
function standingOf(outcome: Outcome): Pick<Left, "state" | "why" | "next"> | undefined {
  if (outcome.kind === "gone") return undefined;
  const { stateWord: state } = outcome.observed.observation;
  if (outcome.kind === "rights_missing") return { state, why: `the right to ${outcome.step.kind} is missing` };
  const plan = outcome.kind === "stopped" ? outcome.plan : undefined;
  if (plan?.kind === "waitingForTime") {
    const isCooling = plan.awaits !== "pending_destruction";
    const notBefore = plan.untilMs === undefined ? {} : { notBefore: isoTime(plan.untilMs) };
    const why = isCooling ? "the cool-down after its deactivation" : "the pending period of its keystores";
    return { state, why, next: { part: isCooling ? "cooled" : "end", ...notBefore } };
  }
  if (plan?.kind === "waitingForRequest") return { state, why: "the key requires two people" };
  if (plan?.kind === "refused" && plan.guard.guard === "service_refused") return { state, why: plan.guard.message };
  return { state, why: "another writer changed or uses the key" };
}

/** The values of a run that rows name, from what the caller can list. */
async function discover(
  wire: Wire,
  { world, request, options }: Pick<Run, "world" | "request" | "options">,
): Promise<{ readonly values: Values; readonly apiVersion: string }> {
  const read = async (service: "uko" | "kms", path: string): Promise<WireResponse> =>
    wire.send({ service, method: "GET", path, as: "self" }, options);
  const within = request.vaultId === undefined ? "" : `&vault.id=${request.vaultId}`;
  const active = await read("uko", `/managed_keys?limit=1&sort=created_at&state=active${within}`);
  const any = await read("uko", `/managed_keys?limit=1&sort=created_at${within}`);
  const keys = at(active, "managed_keys.0") === undefined ? any : active;
  const first = (response: WireResponse, path: string): string | undefined => {
    const found = pick(response, path)[0];
    return typeof found === "string" && found !== "" ? found : undefined;
  };
  const templates = await read("uko", `/templates?limit=1${within}`);
  const keystores = await read("uko", `/keystores?limit=1${within}`);
  const vaults = await read("uko", "/vaults?limit=1");
  const kms = await read("kms", "/keys?limit=1&extractable=false");
  const label = first(keys, "managed_keys.*.label");
  const members = JSON.stringify([keys.body, templates.body]);
  return {
    apiVersion: versionIn(new Set(Array.from(members.matchAll(/"([a-z_]{1,60})":/g), ([, name = ""]) => name))),
    values: {
      instance: world.session.instanceId,
      unknown: world.newId(),
      vault: request.vaultId ?? first(keys, "managed_keys.*.vault.id") ?? first(vaults, "vaults.*.id"),
      key: first(keys, "managed_keys.*.id"),
      labelPart: label?.slice(1),
      labelOtherCase: label === undefined ? undefined : otherCase(label),
      template: first(templates, "templates.*.id"),
      templatePart: first(keys, "managed_keys.*.template.name")?.slice(0, -1),
      keystore: first(keystores, "keystores.*.id"),
      kms: kms.status === 200 ? "readable" : undefined,
      kmsKey: first(kms, "resources.*.id"),
    },
  };
}

/** The label with the other case; undefined if it has no letter. */
function otherCase(label: string): string | undefined {
  const other = label === label.toUpperCase() ? label.toLowerCase() : label.toUpperCase();
  return other === label ? undefined : other;
}
