/**
 * Defines the functions that every interface to an engine calls for a resource, so that all interfaces behave alike. If
 * the service cannot be read during a plan, the previews report nothing, and the apply decides.
 */

import type { Actor } from "../../lifecycle/vocabulary/observation.ts";
import type { PlanLimit } from "../../lifecycle/vocabulary/plan-limit.ts";
import { reportingRun, resultOfStored } from "../loop/report.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { applyCommand, type UserInterface } from "../text/explanation.ts";
import { importDiffers, isTransientReadError } from "../text/resource-messages.ts";
import type {
  CheckFailure,
  CreateOptions,
  CreationPreview,
  ListFilter,
  ListOptions,
  PreviewOptions,
  ResourceDefinition,
  RunSettings,
  Stored,
} from "./definition.ts";
import { type ApplyOptions, type DeleteOptions, type DeleteOutcome, deleteResource } from "./delete.ts";
import { withListsReadOnce } from "./lists-read-once.ts";
import { nothingPreviewed, type PreviewContext, type PreviewWithLimit, type StateProperties } from "./preview.ts";
import { metaOf, shapeOf } from "./property.ts";
import { type ProgramReader, readProgram } from "./read-program.ts";
import { containsUnknown } from "./unknown.ts";

/** A resource after a read or a change, for engines that read again before a run. */
export interface ResourceRead<State> extends Stored<State> {
  readonly isWatched: boolean;
}

export type { DeleteOutcome };

export interface Handlers<Inputs, State extends Inputs>
  extends Omit<ProgramReader<Inputs, State>, "stateFrom" | "inputsFrom" | "known"> {
  create(news: unknown, options: CreateOptions): Promise<ResourceRead<State>>;
  read(olds: unknown, options: CallOptions): Promise<ResourceRead<State> | undefined>;
  update(olds: unknown, news: unknown, options: ApplyOptions): Promise<ResourceRead<State>>;
  /** What a second object after a rename has in common with this one, from inputs or a state, if names may repeat. */
  alikeOf(values: Readonly<Record<string, unknown>>): string | undefined;
  /**
   * Throws UKO_CHANGE_IMPOSSIBLE if the program has other values than the object that it imports, apart from those that
   * control uko alone. An import says nothing of what it writes, and the object may belong to another program.
   */
  requireImportedValues(olds: unknown, news: unknown): void;
  /** Finds a resource by ID, as an import does. Undefined only if it is proven gone. */
  lookup(id: string, options: CallOptions): Promise<ResourceRead<State> | undefined>;
  list(filter: ListFilter, options: ListOptions): Promise<readonly Stored<State>[]>;
  delete(olds: unknown, options: DeleteOptions): Promise<DeleteOutcome>;
  /**
   * Reports changes that the service would reject. If the object is unreadable, it reports none, and the update
   * decides.
   */
  checkByRead(olds: unknown, news: unknown, options: CallOptions): Promise<readonly CheckFailure[]>;
  /**
   * Reports what the service would refuse of a creation, and what an adoption does. Inputs may be unknown. If the
   * service is unreadable, the preview reports no failure, and the creation decides.
   */
  previewCreation(news: unknown, options: PreviewOptions): Promise<CreationPreview>;
  /**
   * Previews the deletion from state alone. If a request is pending, the run logs in, to know whether the caller is the
   * requester. `timeoutMs` is the resource's own wait budget.
   */
  previewDelete(olds: unknown, timeoutMs?: number): Promise<PreviewWithLimit>;
  /** Like `previewDelete`. Returns the preview `short` if the update does not advance the deletion of its resource. */
  previewUpdate(olds: unknown, news: unknown): Promise<PreviewWithLimit>;
  /**
   * Throws UKO_EVIDENCE_UNWRITABLE if the plan holds a request or a step, and the run has no place for its evidence.
   * Otherwise only the apply would fail.
   */
  requirePlaceForEvidence(planLimit: PlanLimit): Promise<void>;
}

/** What an interface passes in. `open` is called when the first call needs the service. */
export interface HandlerContext {
  readonly open: () => { readonly world: World; readonly run: RunSettings };
  /** Whether the engine knows every setting yet; absent if all settings are known from the start. */
  readonly isConfigured?: () => boolean;
  readonly userInterface: UserInterface;
  /** Same as in `World`; a diff is computed without a world. */
  readonly secretDigests: World["secretDigests"];
}

export function createHandlers<Inputs, State extends Inputs>(
  definition: ResourceDefinition<Inputs, State>,
  context: HandlerContext,
): Handlers<Inputs, State> {
  const { stateFrom, inputsFrom, known, ...program } = readProgram(definition, context);
  const opened = (options: CallOptions) => openFor(context, options);
  const looked = (stored: Stored<State>, run: RunSettings): ResourceRead<State> => ({
    ...stored,
    isWatched: definition.refreshBeforeRun(stored.state, run),
  });
  const pinned = async (world: World, stored: Stored<State>, run: RunSettings, options: CallOptions) => {
    // A new state names the instance, so the instance must be proven before the state is returned. KMS checks its
    // instance itself.
    const { vaultId } = definition.deletion(stored.state, run).subject({});
    if (vaultId !== "") await world.session.requireOwnInstance(options);
    return looked(stored, run);
  };
  return {
    ...program,
    alikeOf: (values) => definition.alikeOf?.(values),
    requireImportedValues(olds, news) {
      const shape = shapeOf(definition.inputs);
      // A value that is still unknown may turn out to be the present one.
      const isHeld = (path: string): boolean => {
        const name = topOf(path);
        const property = shape[name];
        return property !== undefined && metaOf(property).role === undefined && !containsUnknown(Object(news)[name]);
      };
      const differing = program.differences(olds, news).filter(({ path }) => isHeld(path));
      if (differing.length > 0)
        throw importDiffers(
          differing.map(({ path }) => path),
          definition.adoptBy,
        );
    },
    ...createPreviews(definition, context, { stateFrom, known }),
    async create(news, options) {
      const { world, run } = opened(options);
      const inputs = inputsFrom(news);
      const resultOf = (stored: Stored<State>) => ({
        ...definition.deletion(stored.state, run).subject(Object(stored.state)),
        ...resultOfStored(stored),
        taken: ["create"],
      });
      const apply = applyCommand(context.userInterface);
      const work = () => definition.create(world, inputs, run, { ...options, apply });
      return pinned(world, await reportingRun(world, { operation: "create", work, resultOf }, options), run, options);
    },
    async read(olds, options) {
      const { world, run } = opened(options);
      const found = await definition.read(world, stateFrom(olds), run, options);
      return found && looked(found, run);
    },
    async update(olds, news, options) {
      const { world, run } = opened(options);
      const { state, inputs } = known(olds, news);
      const subject = definition.deletion(state, run).subject(Object(state));
      const reader = { apply: applyCommand(context.userInterface), program: context.userInterface.program };
      const work = () => definition.update(world, state, inputs, run, { ...options, ...reader });
      return looked(
        await reportingRun(world, { operation: "update", subject, work, resultOf: resultOfStored }, options),
        run,
      );
    },
    async lookup(id, options) {
      const { world, run } = opened(options);
      const found = await definition.lookup(world, id, run, options);
      return found && pinned(world, found, run, options);
    },
    async list(filter, options) {
      return definition.list(opened(options).world, filter, options);
    },
    delete(olds, options) {
      const { userInterface } = context;
      const { placeOf } = program;
      const open = () => opened(options);
      return deleteResource({ definition, open, stateFrom, placeOf, userInterface }, olds, options);
    },
  };
}

function openFor({ open }: HandlerContext, { progress }: CallOptions): ReturnType<HandlerContext["open"]> {
  const { world, run } = open();
  return { world: progress === undefined ? world : { ...world, progress }, run };
}

/** How long a preview waits for a log-in. */
const logInLimitMs = 5_000;

type Previews = "checkByRead" | "previewCreation" | "previewDelete" | "previewUpdate" | "requirePlaceForEvidence";

/** The previews that a plan makes before a run begins. */
function createPreviews<Inputs, State extends Inputs>(
  definition: ResourceDefinition<Inputs, State>,
  context: HandlerContext,
  { stateFrom, known }: Pick<ProgramReader<Inputs, State>, "stateFrom" | "known">,
): Pick<Handlers<Inputs, State>, Previews> {
  const opened = (options: CallOptions) => openFor(context, options);
  let caller: Promise<Actor | undefined> | undefined;
  /** The caller, asked for once and only if a request is pending. A run that cannot log in previews without it. */
  const contextOf = async (state: State, waits: boolean, userInterface: UserInterface): Promise<PreviewContext> => {
    const facts: StateProperties = Object(state);
    const { session } = context.open().world;
    const logIn = () => session.actor({ signal: AbortSignal.timeout(logInLimitMs) }).catch(() => undefined);
    if (facts.deletionRequestedBy !== undefined) caller ??= logIn();
    return { facts, waits, userInterface, caller: (await caller)?.identity };
  };
  let planning: World | undefined;
  return {
    async checkByRead(olds, news, options) {
      const { state, inputs } = known(olds, news);
      const rejected = await unlessUnreadable(async () =>
        definition.rejectByRead?.(() => opened(options).world, state, inputs, options),
      );
      return rejected ?? [];
    },
    async previewCreation(news, options) {
      const nothing = { failures: [], warnings: [] };
      if (context.isConfigured?.() === false) return nothing;
      const known = Object.entries(Object(news)).filter(([, value]) => !containsUnknown(value));
      planning ??= withListsReadOnce(opened(options).world);
      const world = planning;
      const apply = applyCommand(context.userInterface);
      const inputs = Object.fromEntries(known) as Partial<Inputs>;
      const preview = () => definition.previewCreation(world, inputs, { ...options, apply });
      return (await unlessUnreadable(preview)) ?? nothing;
    },
    async previewDelete(olds, timeoutMs = 0) {
      const { run } = context.open();
      const state = stateFrom(olds);
      const planned = await contextOf(state, (run.waitMs ?? timeoutMs) > 0, context.userInterface);
      return definition.deletion(state, run).preview(planned);
    },
    async requirePlaceForEvidence({ steps }) {
      const { evidence } = context.open().world;
      if (steps.length > 0 && evidence.isMissing) await evidence.open();
    },
    async previewUpdate(olds, news) {
      const { state, inputs } = known(olds, news);
      const goal = definition.retirement?.(state, inputs);
      if (goal === undefined) return nothingPreviewed;
      // Same as in the update itself: the program's current inputs override the state.
      const deletion = definition.deletion({ ...state, ...inputs }, context.open().run);
      const rerun = applyCommand(context.userInterface) ?? context.userInterface.rerun;
      const planned = await contextOf(state, false, { ...context.userInterface, rerun });
      return deletion.previewRetirement?.(goal, Object(inputs), planned) ?? nothingPreviewed;
    },
  };
}

/** The property in which a path such as `tags.team` is. */
function topOf(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

async function unlessUnreadable<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isTransientReadError(error)) return undefined;
    throw error;
  }
}
