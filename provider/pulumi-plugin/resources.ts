/**
 * Serves the calls about resources: each one decodes the request, calls a handler and encodes the response. A call of
 * `delete` does not delete an object that the program still declares, or that another resource of this run has adopted.
 */

import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type { CheckFailure } from "../engine/resource/definition.ts";
import type { Handlers, ResourceRead } from "../engine/resource/handlers.ts";
import { messageAmong, warningAmong, withoutNames } from "../engine/resource/stopped-alike.ts";
import { containsUnknown } from "../engine/resource/unknown.ts";
import { isUkoError, UkoError } from "../errors.ts";
import { capital } from "../text/printable.ts";
import { toFailure } from "./configuration.ts";
import { failureOf } from "./grpc-status.ts";
import { projectRuntime } from "./project-runtime.ts";
import type { ProgramObject } from "./run-memory.ts";
import { loadDeferred, type PulumiSession } from "./session.ts";
import {
  type Mask,
  maskOf,
  maskOutside,
  mergeMasks,
  type Properties,
  readProperties,
  writeProperties,
} from "./values.ts";

/** The handlers of any resource, with inputs and state as plain properties. */
type AnyHandlers = Handlers<Properties, Properties>;

export async function check(
  session: PulumiSession,
  request: providerPb.CheckRequest,
): Promise<providerPb.CheckResponse> {
  const handlers = await handlersOf(session, typeIn(request));
  const { value: news, mask } = readProperties(request.getNews());
  const olds = readProperties(request.getOlds()).value;
  session.memory.trackPlanned(request.getUrn(), { ...plannedObject(handlers, news), name: handlers.placeOf(news) });
  const { inputs, failures } = handlers.check(withoutPulumi(news), withoutPulumi(olds));
  const response = new providerPb.CheckResponse();
  response.setInputs(writeProperties(inputs, mergeMasks(mask, maskOf(handlers.secrets))));
  response.setFailuresList(failures.map(toFailure));
  return response;
}

/** The object that the inputs describe. An adopted object has an ID, and may still have another name. */
function plannedObject(handlers: AnyHandlers, news: Properties): ProgramObject {
  const id = handlers.adopted(news);
  return id === undefined ? { place: handlers.placeOf(news) } : { id };
}

export async function diff(session: PulumiSession, request: providerPb.DiffRequest): Promise<providerPb.DiffResponse> {
  const handlers = await handlersOf(session, typeIn(request));
  const olds = readProperties(request.getOlds()).value;
  const news = readProperties(request.getNews()).value;
  session.memory.noteDeclared(request.getUrn(), request.getId());
  session.memory.notePlace(request.getUrn(), request.getId(), handlers.placeOf(withoutPulumi(olds)));
  session.memory.noteAlike(handlers.alikeOf(withoutPulumi(olds)), request.getUrn(), request.getId());
  const ignored = new Set(request.getIgnorechangesList());
  const found = handlers
    .differences(withoutPulumi(olds), withoutPulumi(news))
    .filter(({ path }) => !ignored.has(path) && !ignored.has(topOf(path)));
  if (found.length === 0) session.memory.noteKept(request.getUrn(), request.getId());
  // A refresh before a destroy compares, too, but no program declares its resources.
  if (session.memory.isWanted(request.getUrn())) {
    if (found.length === 0) await warnOf(session, request, session.memory.takeAhead(request.getUrn())?.warning);
    await warnOf(session, request, handlers.destroyedWarning(withoutPulumi(olds), withoutPulumi(news)));
  }
  const response = new providerPb.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
  response.setChanges(found.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList([...new Set(found.map(({ path }) => topOf(path)))]);
  response.setHasdetaileddiff(true);
  const { ADD, DELETE, UPDATE } = providerPb.PropertyDiff.Kind;
  const kinds = { add: ADD, delete: DELETE, update: UPDATE };
  for (const { path, kind } of found) {
    const detail = new providerPb.PropertyDiff();
    detail.setKind(kinds[kind]);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

export async function create(
  session: PulumiSession,
  request: providerPb.CreateRequest,
): Promise<providerPb.CreateResponse> {
  const handlers = await handlersOf(session, typeIn(request));
  const { value: news, mask } = readProperties(request.getProperties());
  const response = new providerPb.CreateResponse();
  await warnOf(session, request, session.memory.takeRemoved(request.getUrn()));
  const urn = request.getUrn();
  const { memory } = session;
  // Pulumi does not pass the organization to plugins; the URN is the rest of the resource's lasting
  // name (decision 0010).
  const { holderOf } = memory;
  const replaced = memory.replacedBy(urn);
  const options = {
    ...{ ...optionsOf(session, request), origin: urn, holderOf, runtime: projectRuntime() },
    ...(replaced !== undefined && { replaced }),
  };
  const second = handlers.adopted(news) === undefined ? memory.findAlike(handlers.alikeOf(news)) : undefined;
  if (second !== undefined) {
    memory.refuseReplacement(urn, second.id);
    const { secondKmsKeyInProgram } = await loadDeferred();
    throw secondKmsKeyInProgram({ resource: urn, holder: second.urn, id: second.id, runtime: projectRuntime() });
  }
  if (request.getPreview()) {
    const rival = memory.rivalOf(urn, handlers.adopted(news), handlers.placeOf(news));
    if (rival !== undefined) throw (await loadDeferred()).declaredByTwo(urn, rival);
    memory.refuseSelfReplacement(urn, handlers.placeOf(news), handlers.adopted(news));
    const { failures, warnings } = await handlers.previewCreation(news, {
      ...options,
      isPlanned: memory.isNamePlanned,
      isRenamed: memory.isRenamed,
    });
    if (failures[0] !== undefined) throw creationImpossible(failures[0]);
    await warnOf(session, request, warnings);
    response.setProperties(stateOf(handlers, handlers.promise(news), mask));
    return response;
  }
  memory.noteStep();
  const made = await handlers.create(news, options).catch((error: unknown) => {
    if (!isUkoError(error) || typeof error.data.alikeId !== "string") throw error;
    const { alikeId } = error.data;
    memory.noteNamed(urn, alikeId);
    // Pulumi does not tell a provider that it replaces a resource, as replaceOnChanges: ["*"] asks for.
    if (error.code === "UKO_SERVICE_REFUSED") memory.refuseReplacement(urn, alikeId);
    throw error;
  });
  if (made.isFound) memory.takeFound(urn, made.id);
  memory.noteDeclared(urn, made.id);
  await warnOf(session, request, made.warnings);
  response.setId(made.id);
  response.setProperties(stateOf(handlers, made.state, mask));
  response.setRefreshBeforeUpdate(made.isWatched);
  return response;
}

export async function read(session: PulumiSession, request: providerPb.ReadRequest): Promise<providerPb.ReadResponse> {
  const handlers = await handlersOf(session, typeIn(request));
  const { value: olds, mask: oldMask } = readProperties(request.getProperties());
  const before = readProperties(request.getInputs());
  const options = optionsOf(session, request);
  const isImport = Object.keys(olds).length === 0;
  if (isImport) session.memory.noteImported(request.getUrn(), request.getId());
  else {
    session.memory.noteStored(request.getUrn(), request.getId());
    session.memory.notePlace(request.getUrn(), request.getId(), handlers.placeOf(withoutPulumi(olds)));
  }
  const { sayStrictReads, refreshSkippedWarning } = await loadDeferred();
  const response = new providerPb.ReadResponse();
  let found: ResourceRead<Properties> | undefined;
  try {
    found = isImport
      ? await handlers.lookup(request.getId(), options)
      : await handlers.read(withoutPulumi(olds), options);
  } catch (error) {
    if (isImport || !(await session.handlers()).mayKeepState(error)) throw error;
    session.memory.noteAlike(handlers.alikeOf(withoutPulumi(olds)), request.getUrn(), request.getId());
    session.memory.noteUnread(request.getUrn());
    // The detail of the error is left out, because it is for the person who acts on the key, and appears in that run.
    const warning = [refreshSkippedWarning(`${error.summary} [${error.code}]`), sayStrictReads].join("\n  ");
    await warnOf(session, request, [warning]);
    response.setId(request.getId());
    response.setProperties(request.getProperties());
    response.setInputs(request.getInputs());
    response.setRefreshBeforeUpdate(true);
    return response;
  }
  // An empty ID drops the resource from state, which requires proof that it is gone.
  if (found === undefined) {
    session.memory.dropStored(request.getUrn(), request.getId());
    const removed = isImport ? undefined : handlers.removedWarning(withoutPulumi(olds));
    if (removed !== undefined) session.memory.noteRemoved(request.getUrn(), removed);
    return response;
  }
  const { warnings, waitWarning } = found;
  await warnOf(session, request, isImport ? warnings : warnings.filter((each) => each !== waitWarning));
  if (!isImport) {
    session.memory.noteAlike(handlers.alikeOf(found.state), request.getUrn(), found.id);
    await noteAhead(session, request, handlers, found);
  }
  const inputs = handlers.inputsOf(found.state, isImport ? undefined : withoutPulumi(before.value));
  response.setId(found.id);
  // The service does not know what is secret, so its values stay secret as the state and the inputs have them.
  response.setProperties(stateOf(handlers, found.state, mergeMasks(oldMask, before.mask)));
  response.setInputs(writeProperties(inputs, mergeMasks(before.mask, maskOf(handlers.secrets))));
  response.setRefreshBeforeUpdate(found.isWatched);
  return response;
}

/** Keeps what a deletion would do to the resource, until later calls reveal whether this run deletes it. */
async function noteAhead(
  session: PulumiSession,
  request: OfResource,
  handlers: AnyHandlers,
  { id, state, waitWarning, isHeld }: ResourceRead<Properties>,
): Promise<void> {
  const { preview, planLimit } = await handlers.previewDelete(state);
  const urn = request.getUrn();
  const isPending = waitWarning !== undefined || isHeld === true;
  const resource = urn.split("::").at(-1) ?? "";
  const { label = resource } = state;
  const name = label === resource ? resource : `${String(label)} (${resource})`;
  session.memory.noteAhead(urn, {
    ...{ id, isPending, name, type: request.getType() },
    ...(waitWarning !== undefined && { warning: waitWarning }),
    ...(preview.kind !== "short" && { message: preview.message }),
    ...(!isPending && { step: planLimit.steps[0] }),
  });
}

export async function update(
  session: PulumiSession,
  request: providerPb.UpdateRequest,
): Promise<providerPb.UpdateResponse> {
  const handlers = await handlersOf(session, typeIn(request));
  const before = readProperties(request.getOlds());
  const olds = withoutPulumi(before.value);
  const { value: news, mask: newMask } = readProperties(request.getNews());
  const mask = mergeMasks(newMask, maskOutside(before.mask, news));
  const response = new providerPb.UpdateResponse();
  if (session.memory.isImported(request.getUrn(), request.getId()))
    handlers.requireImportedValues(olds, withoutPulumi(news));
  // What the update says of the key is newer than what the read of the same run showed.
  const shown = session.memory.takeAhead(request.getUrn())?.warning;
  if (request.getPreview()) {
    const [impossible] = await handlers.checkByRead(olds, withoutPulumi(news), optionsOf(session, request));
    if (impossible !== undefined) throw changeImpossible(impossible);
    const { preview, planLimit } = await handlers.previewUpdate(olds, withoutPulumi(news));
    await handlers.requirePlaceForEvidence(planLimit);
    await warnOf(session, request, handlers.keptRuleWarnings(olds, withoutPulumi(news)));
    // The run may take an approved step, so each of these is shown in full.
    if (preview.kind !== "short" && olds.deletionAwaits === "requester")
      await session.log.warn(preview.message, request.getUrn());
    else await warnOf(session, request, preview.kind === "short" ? shown : preview.message);
    response.setProperties(stateOf(handlers, handlers.promise(withoutPulumi(news), olds), mask));
    return response;
  }
  const options = { ...optionsOf(session, request), target: request.getUrn() };
  session.memory.noteStep();
  const changed = await handlers.update(olds, withoutPulumi(news), options);
  session.memory.noteKept(request.getUrn(), request.getId());
  await warnOf(session, request, changed.warnings.length === 0 ? shown : changed.warnings);
  response.setProperties(stateOf(handlers, changed.state, mask));
  response.setRefreshBeforeUpdate(changed.isWatched);
  return response;
}

function changeImpossible(failure: CheckFailure): UkoError {
  return new UkoError("UKO_CHANGE_IMPOSSIBLE", wordsOf(failure));
}

function creationImpossible(failure: CheckFailure): UkoError {
  return new UkoError("UKO_INPUT_INVALID", wordsOf(failure));
}

function wordsOf({ property, reason, remedy }: CheckFailure): { readonly summary: string; readonly detail: string } {
  return { summary: `${property}: ${reason}`, detail: remedy === undefined ? "" : `${capital(remedy)}.` };
}

/** Deletes the object. Throws if the resource has to stay in state; people see the message of the error. */
export async function remove(session: PulumiSession, request: providerPb.DeleteRequest): Promise<void> {
  const handlers = await handlersOf(session, typeIn(request));
  const { memory } = session;
  const [urn, id] = [request.getUrn(), request.getId()];
  if (memory.isFound(urn, id)) return;
  const olds = withoutPulumi(readProperties(request.getProperties()).value);
  const outcome = await handlers.delete(olds, {
    ...optionsOf(session, request),
    target: urn,
    declared: { id, decideDeletion: memory.decideDeletion, runtime: projectRuntime },
    // The program declares a resource of this name, so a destroy would also delete the one that
    // replaces it.
    ...(memory.isWanted(urn) && { rerun: "pulumi up" as const }),
    waiting: {
      timeoutMs: request.getTimeout() * 1000,
      warn: (line) => void session.log.warn(line, urn),
    },
  });
  if (outcome.kind === "unfinished") {
    throw failureOf(
      outcome.code,
      messageAmong(outcome, memory.noteStopped(outcome, request.getType(), `${urn} ${id}`), true),
    );
  }
  await warnOf(session, request, outcome.warnings);
}

/** Lists all existing objects of one kind, in pages. A filter whose value is still unknown cannot be applied. */
export async function* list(
  session: PulumiSession,
  request: providerPb.ListRequest,
  signal: AbortSignal,
): AsyncGenerator<providerPb.ListResponse, void> {
  const handlers = await handlersOf(session, request.getToken());
  const query = readProperties(request.getQuery()).value;
  if (containsUnknown(query)) {
    const response = new providerPb.ListResponse();
    response.setComputed(new providerPb.ListResponse.Computed());
    yield response;
    return;
  }
  const { vaultId } = query;
  const filter = typeof vaultId === "string" ? { vaultId } : {};
  const found = await handlers.list(filter, {
    signal: AbortSignal.any([session.signal, signal]),
    warn: (line) => void session.log.warn(line),
  });
  const begin = Number(request.getContinuationToken() || "0");
  const size = request.getPageSize() || found.length;
  const end = Math.min(begin + size, request.getLimit() || found.length, found.length);
  for (const { id, state } of found.slice(begin, end)) {
    const response = new providerPb.ListResponse();
    const result = new providerPb.ListResponse.Result();
    result.setId(id);
    result.setName(String(state.label ?? state.name ?? id));
    response.setResult(result);
    yield response;
  }
  if (end >= Math.min(found.length, request.getLimit() || found.length)) return;
  const response = new providerPb.ListResponse();
  const continuation = new providerPb.ListResponse.Continuation();
  continuation.setContinuationToken(String(end));
  response.setContinuation(continuation);
  yield response;
}

interface OfResource {
  getUrn(): string;
  getType(): string;
}

/** The type of a request. Older engines send only the URN: `urn:pulumi:<stack>::<project>::<parents>$<type>::<name>`. */
function typeIn(request: OfResource): string {
  return request.getType() || (request.getUrn().split("::")[2]?.split("$").at(-1) ?? "");
}

async function handlersOf(session: PulumiSession, type: string): Promise<AnyHandlers> {
  const { resources } = await session.handlers();
  const all = new Map(
    Object.entries(resources).map(([name, handlers]) => [`uko:index:${capital(name)}`, handlers as AnyHandlers]),
  );
  const found = all.get(type);
  if (found !== undefined) return found;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `This package has no resource ${type}`,
    detail: `It has ${[...all.keys()].join(", ")}.`,
  });
}

function optionsOf(session: PulumiSession, request: OfResource) {
  const urn = request.getUrn();
  return { signal: session.signal, progress: { report: (line: string) => session.log.status(urn, line) } };
}

/** Warns of a resource. After the first of several warnings that are alike, the first line is enough: it has the name. */
async function warnOf(
  { log, memory }: PulumiSession,
  request: OfResource,
  warnings: readonly string[] | string | undefined = [],
): Promise<void> {
  const urn = request.getUrn();
  for (const warning of [warnings].flat()) {
    await log.warn(warningAmong(warning, memory.noteReported(`${typeIn(request)} ${withoutNames(warning)}`, urn)), urn);
  }
}

/**
 * Writes a state. A property is secret if the program or the schema says so, even though the state contains only its
 * digest.
 */
function stateOf(handlers: AnyHandlers, state: Properties, inputMask?: Mask) {
  return writeProperties(state, mergeMasks(maskOf(handlers.secrets), inputMask));
}

/** Removes what the dynamic provider stored in a state: its own text and the resource's name (decision 0010). */
function withoutPulumi(properties: Properties): Properties {
  const { __provider: _provider, __origin: _origin, ...own } = properties;
  return own;
}

function topOf(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}
