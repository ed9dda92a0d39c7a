/**
 * Walks all probes of `uko probe`: it fills in the values of the run, sends the requests of a probe, and judges the
 * responses. A response that decides nothing makes a probe `not_tried`, and the only port to the services is the wire,
 * which reads (wire.ts).
 */

import { versionIn } from "../engine/commands/doctor-messages.ts";
import type { CallOptions, World } from "../engine/ports/world.ts";
import { asUkoError } from "../errors.ts";
import { isoTime } from "../text/iso-time.ts";
import { countVerdicts } from "./check.ts";
import { type Reads, watchReads } from "./reads.ts";
import type { ProbeLine, RecordingHeader, Verdict } from "./recording.ts";
import { createRedactor, type Redactor } from "./redact.ts";
import { redactExchange } from "./redacted-exchange.ts";
import { at, type ProbeCall, type ProbeRow, partsOf, pick, type Values } from "./row.ts";
import { type Questions, questionsFor, rowsText } from "./rows.ts";
import type { Exchange, Wire, WireRequest, WireResponse } from "./wire.ts";

export interface ProbeRequest {
  readonly product: string;
  readonly region: string;
}

export interface ProbeSummary {
  readonly header: RecordingHeader;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly rows: readonly ProbeLine[];
}

export interface ProbePorts extends Pick<World, "progress" | "newId" | "sha256"> {
  readonly session: Pick<World["session"], "instanceId" | "isKeyProtect" | "actor" | "serviceTimeMs">;
  readonly wire: Wire;
  readonly append: (line: object) => Promise<void>;
}

interface Probed {
  readonly verdict: Verdict;
  readonly why?: string;
  readonly exchanges: readonly Exchange[];
  /** For each response, the members that the judgment read. */
  readonly judged?: readonly Reads[];
}

interface Run extends ProbePorts {
  readonly options: CallOptions;
  readonly values: Values;
  readonly redactor: Redactor;
}

export async function walkProbes(
  ports: ProbePorts,
  { product, region }: ProbeRequest,
  options: CallOptions,
): Promise<ProbeSummary> {
  const { session, append, progress } = ports;
  const actor = (await session.actor(options)).writesAs;
  const questions = questionsFor(session);
  const { values: found, apiVersion } = await discover(ports, questions, options);
  const startMs = session.serviceTimeMs() ?? 0;
  const header: RecordingHeader = {
    v: 1,
    kind: "recording",
    of: "probe",
    product,
    apiVersion,
    region,
    day: isoTime(startMs).slice(0, 10),
    rows: ports.sha256(rowsText(questions)),
  };
  const values: Values = { ...found, actor: actor?.iamId };
  const { kms: _kms, ...known } = values;
  const run: Run = { ...ports, options, values, redactor: createRedactor(startMs, Object.entries(known)) };
  await append(header);
  const probed: (readonly [ProbeRow, Probed])[] = [];
  for (const row of questions.rows) {
    progress.count?.(`Probing ${row.id}`);
    probed.push([row, await probe(run, row)]);
  }
  // Every name of the instance has to be known before the first line: a later response may show a key's label.
  for (const [, { exchanges }] of probed) {
    for (const { request, response } of exchanges) {
      run.redactor.address(request.path);
      run.redactor.learn(response.body);
    }
  }
  const lines = probed.map(([row, each]) => probeLine(row, each, run.redactor));
  for (const line of lines) await append(line);
  const counts = countVerdicts(lines);
  await append({ v: 1, kind: "end", ...counts });
  return { header, counts, rows: lines };
}

async function probe({ wire, values, options }: Run, row: ProbeRow): Promise<Probed> {
  const exchanges: Exchange[] = [];
  const notTried = (why: string): Probed => ({ verdict: "not_tried", why, exchanges });
  try {
    for (const call of row.send) {
      const filled = fill(call, values);
      if (typeof filled === "string")
        return notTried(filled === "kms" ? "KMS cannot be listed" : `no visible ${filled}`);
      if (filled.service === "broker" && !wire.hasBroker) return notTried("no region is set (UKO_REGION)");
      exchanges.push({ request: filled, response: await wire.send(filled, options) });
    }
  } catch (error) {
    if (options.signal.aborted) throw error;
    return notTried(asUkoError(error).code);
  }
  const watched = exchanges.map(({ response }) => watchReads(response));
  const held = row.holds(
    watched.map(({ response }) => response),
    values,
  );
  if (typeof held === "string") return notTried(held);
  const unanswered = held ? undefined : exchanges.find(isUnanswered);
  if (unanswered !== undefined) return notTried(`the service responded with ${unanswered.response.status}`);
  return held
    ? { verdict: "verified", exchanges }
    : { verdict: "refuted", exchanges, judged: watched.map(({ reads }) => reads) };
}

function probeLine({ id, answers, expects }: ProbeRow, probed: Probed, redactor: Redactor): ProbeLine {
  const { verdict, why, exchanges, judged = [] } = probed;
  return {
    v: 1,
    kind: "probe",
    id,
    answers,
    verdict,
    ...(why !== undefined && { why }),
    expects,
    exchanges: exchanges.map((exchange, at) => redactExchange(exchange, redactor, judged[at])),
  };
}

/** Whether a response says nothing about the question, because of a missing right, the load or the connection. */
function isUnanswered({ request: { as }, response: { status } }: Exchange): boolean {
  const isUnknownCaller = status === 401 && as !== "anonymous";
  return isUnknownCaller || status === 0 || status === 403 || status === 429 || status >= 500;
}

const placeholderForm = /\{(\w+)\}/g;

/** The request of a call with its values; the name of a value that is missing instead. */
function fill(call: ProbeCall, values: Values): WireRequest | string {
  const [line, more] = typeof call === "string" ? [call, {}] : call;
  const [method, service, path] = partsOf(line);
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

/** The values of a run that rows name, from what the caller can list. */
async function discover(
  { wire, session, newId }: ProbePorts,
  { reads }: Questions,
  options: CallOptions,
): Promise<{ readonly values: Values; readonly apiVersion: string }> {
  const read = async (name: keyof Questions["reads"]): Promise<WireResponse> => {
    const line = reads[name];
    if (line === undefined) return { status: 0, headers: {}, body: "" };
    const [method, service, path] = partsOf(line);
    return wire.send({ service, method, path, as: "self" }, options);
  };
  const active = await read("activeKey");
  const any = await read("key");
  const keys = at(active, "managed_keys.0") === undefined ? any : active;
  const first = (response: WireResponse, path: string): string | undefined => {
    const found = pick(response, path)[0];
    return typeof found === "string" && found !== "" ? found : undefined;
  };
  const templates = await read("template");
  const keystores = await read("keystore");
  const vaults = await read("vault");
  const kms = await read("kmsKey");
  const label = first(keys, "managed_keys.*.label");
  const members = JSON.stringify([keys.body, templates.body]);
  return {
    apiVersion: session.isKeyProtect
      ? "v2"
      : versionIn(new Set(Array.from(members.matchAll(/"([a-z_]{1,60})":/g), ([, name = ""]) => name))),
    values: {
      instance: session.instanceId,
      unknown: newId(),
      vault: first(keys, "managed_keys.*.vault.id") ?? first(vaults, "vaults.*.id"),
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
