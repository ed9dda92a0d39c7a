/**
 * One run of Pulumi's engine, in little: refreshes, steps in the order of what needs what, and the text that people see. What it
 * cannot do, such as replacing a resource, it refuses.
 */

import { isDeepStrictEqual } from "node:util";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { unknownText } from "../../../../../provider/pulumi-plugin/values.ts";
import type { Properties } from "../../../../pulumi-plugin/engine.ts";
import type { Resource, Resources } from "../../user-interface.ts";
import { needsOf } from "./order.ts";
import { isSecret, type Provider, type ProviderCalls, revealed, type Stored, type Target } from "./pulumi-provider.ts";
import type { StateFile } from "./pulumi-state.ts";

export interface RunRequest {
  readonly kind: "up" | "destroy" | "refresh" | "preview";
  readonly program: Resources;
  readonly env: Readonly<Record<string, string>>;
  readonly provider: ProviderCalls & Pick<Provider, "log">;
  readonly state: StateFile;
  targetOf(name: string, resource: Resource): Target;
  /** The inputs that the program's class derives from its arguments. */
  inputsOf(target: Target, args: Properties): Properties;
  /** Whether the provider can preview a step. */
  readonly previews: boolean;
  readonly options: RunFlags;
}

export interface RunFlags {
  readonly goesOn: boolean;
  readonly refreshes: boolean;
  readonly expectsNoChanges: boolean;
  readonly targets: readonly string[];
  /** The names of resources to leave out. */
  readonly excluded: readonly string[];
}

export interface RunOutcome {
  readonly exitCode: number;
  readonly output: string;
  readonly said: readonly Said[];
}

/** As many steps at once as Pulumi takes on a small machine. */
const stepsAtOnce = 16;

export interface Said {
  readonly target: Target | undefined;
  readonly severity: "error" | "warning";
  readonly text: string;
}

export async function runEngine(request: RunRequest): Promise<RunOutcome> {
  const { kind, provider, options } = request;
  const state = kind === "preview" ? copyOf(request.state) : request.state;
  const errors: Said[] = [];
  const progress: string[] = [];
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const fail = (target: Target | undefined, error: unknown): void => {
    errors.push({ target, severity: "error", text: messageIn(error) });
    if (target !== undefined) count("errored");
  };
  const isChosen = ({ urn, name }: Target): boolean =>
    !options.excluded.includes(name) && (options.targets.length === 0 || options.targets.includes(urn));
  const isStopped = (): boolean => errors.length > 0 && !options.goesOn;

  const refresh = async (stored: Stored): Promise<void> => {
    try {
      const found = await provider.read(stored);
      const after = found === undefined ? undefined : { ...stored, ...found };
      // A mark of a secret alone is no change.
      if (isDeepStrictEqual(revealed(after), revealed(stored))) count("unchanged");
      else count(after === undefined ? "deleted" : "updated");
      keep(stored.name, after);
    } catch (error) {
      fail(stored, error);
    }
  };
  const keep = (name: string, after: Stored | undefined): void =>
    state.change((resources) => {
      const isNew = !resources.some((each) => each.name === name);
      if (isNew) return after === undefined ? resources : [...resources, after];
      return resources.flatMap((each) => (each.name === name ? (after ?? []) : each));
    });

  const before = state.read().resources.filter(isChosen);
  const isRefresh = kind === "refresh";
  await eachOf(
    before.filter(({ refreshBeforeUpdate }) => isRefresh || options.refreshes || refreshBeforeUpdate),
    refresh,
  );
  const looks = isRefresh ? [] : warningsIn(provider, before);
  if (!isRefresh) counts.clear();

  if (kind === "up" || kind === "preview") await runProgram();
  const isWanted = ({ name }: Target): boolean => (kind === "up" || kind === "preview") && name in request.program;
  if (!isRefresh && !isStopped())
    await deleteAll(state.read().resources.filter((each) => isChosen(each) && !isWanted(each)));
  // The stack itself is a resource too.
  if (kind === "up" || kind === "preview") count(counts.has("created") && !before.length ? "created" : "unchanged");

  await provider.cancel();
  const said = [...warningsIn(provider, [...before, ...state.read().resources, ...targetsIn(request)]), ...errors];
  const isChanged = ["created", "updated", "deleted"].some((what) => counts.has(what));
  if (options.expectsNoChanges && isChanged && errors.length === 0)
    fail(undefined, new Error("changes were expected to be none"));
  const whole = errors.length > 0 ? withErrors(said, errors) : said;
  return {
    exitCode: errors.length > 0 ? 1 : 0,
    said: whole,
    output: render(kind, { looks, progress, said: whole, counts }),
  };

  async function runProgram(): Promise<void> {
    const outputs = new Map<string, Promise<Properties | undefined>>();
    const run = async ([name, resource]: readonly [string, Resource]): Promise<Properties | undefined> => {
      const target = request.targetOf(name, resource);
      const needs = needsOf(resource);
      const needed = new Map<string, Properties | undefined>();
      for (const each of needs) needed.set(each, await outputs.get(each));
      if ([...needed.values()].includes(undefined) || isStopped() || !isChosen(target)) return undefined;
      try {
        return await step(target, needs, resolved(resource.args, needed, request.env) as Properties);
      } catch (error) {
        fail(target, error);
        return undefined;
      }
    };
    for (const entry of Object.entries(request.program)) outputs.set(entry[0], run(entry));
    await Promise.all(outputs.values());
  }

  async function step(target: Target, needs: readonly string[], args: Properties): Promise<Properties | undefined> {
    const stored = state.read().resources.find(({ name }) => name === target.name);
    const { inputs, failures } = await provider.check(target, request.inputsOf(target, args), stored?.inputs ?? {});
    if (failures.length > 0) {
      for (const reason of failures)
        fail(target, new Error(`${target.type} resource '${target.name}' has a problem: ${reason}`));
      return undefined;
    }
    const isPreview = kind === "preview";
    const canAsk = !isPreview || request.previews;
    if (stored === undefined) {
      const made = canAsk
        ? await provider.create(target, inputs, isPreview)
        : { id: "", outputs: inputs, refreshBeforeUpdate: false };
      count("created");
      keep(target.name, { ...target, ...made, inputs, needs });
      return made.outputs;
    }
    if (!(await provider.differs(stored, inputs))) {
      count("unchanged");
      keep(target.name, { ...stored, inputs, needs });
      return stored.outputs;
    }
    const changed = canAsk
      ? await provider.update(stored, inputs, isPreview)
      : { outputs: { ...stored.outputs, ...inputs } };
    count("updated");
    keep(target.name, { ...stored, ...changed, inputs, needs });
    return changed.outputs;
  }

  /** What others need goes after them, and not at all where one of them stays. */
  async function deleteAll(doomed: readonly Stored[]): Promise<void> {
    const ends = new Map<string, Promise<boolean>>();
    const end = (stored: Stored): Promise<boolean> => {
      const known = ends.get(stored.name);
      if (known !== undefined) return known;
      const ending = endOnce(stored);
      ends.set(stored.name, ending);
      return ending;
    };
    const endOnce = async (stored: Stored): Promise<boolean> => {
      const others = state.read().resources.filter(({ needs }) => needs.includes(stored.name));
      const isFree = await Promise.all(
        others.map((each) => doomed.some(({ name }) => name === each.name) && end(each)),
      );
      if (isFree.includes(false) || isStopped()) return false;
      if (kind === "preview") {
        count("deleted");
        return true;
      }
      try {
        await provider.delete(stored);
        count("deleted");
        progress.push(` -  ${stored.type} ${stored.name} deleted (0s)`);
        keep(stored.name, undefined);
        return true;
      } catch (error) {
        fail(stored, error);
        return false;
      }
    };
    await eachOf(doomed, end);
  }
}

/** The state of a preview, which compares the program with what its refresh found and saves nothing. */
function copyOf(state: StateFile): Pick<StateFile, "read" | "change"> {
  let { resources, ...others } = state.read();
  return {
    read: () => ({ ...others, resources }),
    change(edit) {
      resources = edit(resources);
    },
  };
}

/** Warnings in the log so far, each once; those without a resource are the stack's. */
function warningsIn({ log }: Pick<Provider, "log">, known: readonly Target[]): readonly Said[] {
  return log
    .filter(({ severity, ephemeral }) => severity === enginePb.LogSeverity.WARNING && !ephemeral)
    .map(({ urn, message }) => ({
      target: known.find((each) => each.urn === urn),
      severity: "warning" as const,
      text: message,
    }));
}

const withErrors = (said: readonly Said[], errors: readonly Said[]): readonly Said[] => [
  ...said.filter(({ severity }) => severity === "warning"),
  ...errors,
];

const headings = {
  up: "Updating",
  preview: "Previewing update",
  destroy: "Destroying",
  refresh: "Refreshing",
} as const;
const verbs: Readonly<Record<string, readonly [sign: string, done: string, planned: string]>> = {
  created: ["+ ", "created", "to create"],
  updated: ["~ ", "updated", "to update"],
  deleted: ["- ", "deleted", "to delete"],
  errored: ["", "errored", "errored"],
  unchanged: ["", "unchanged", "unchanged"],
};

function render(
  kind: RunRequest["kind"],
  {
    looks,
    progress,
    said,
    counts,
  }: {
    readonly looks: readonly Said[];
    readonly progress: readonly string[];
    readonly said: readonly Said[];
    readonly counts: ReadonlyMap<string, number>;
  },
): string {
  const titleOf = (target: Target | undefined): string =>
    target === undefined ? "pulumi:pulumi:Stack (keys-dev)" : `${target.type} (${target.name})`;
  const blocks = [...new Set(said.map(({ target }) => titleOf(target)))].flatMap((title) => [
    `  ${title}:`,
    ...said
      .filter(({ target }) => titleOf(target) === title)
      .flatMap(({ severity, text }) => [...`${severity}: ${text}`.split("\n").map((line) => `    ${line}`), ""]),
  ]);
  const tally = Object.entries(verbs).flatMap(([what, [sign, done, planned]]) => {
    const times = counts.get(what);
    return times === undefined ? [] : [`    ${sign}${times} ${kind === "preview" ? planned : done}`];
  });
  return [
    `${headings[kind]} (dev):`,
    ...looks.flatMap(({ target, text }) =>
      target === undefined ? [] : [` ~  ${target.type} ${target.name} refreshing (0s) warning: ${text.split("\n")[0]}`],
    ),
    ...progress,
    ...(blocks.length > 0 ? ["Diagnostics:", ...blocks] : []),
    "Resources:",
    ...tally,
    "",
  ].join("\n");
}

/** The provider's message about a failed call, or gRPC's if the provider died. */
function messageIn(error: unknown): string {
  const { details, message } = error as { readonly details?: string; readonly message?: string };
  return details ?? message ?? String(error);
}

async function eachOf<Item>(items: readonly Item[], attempt: (item: Item) => Promise<unknown>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await attempt(item);
  };
  await Promise.all(Array.from({ length: stepsAtOnce }, worker));
}

function targetsIn({ program, targetOf }: RunRequest): readonly Target[] {
  return Object.entries(program).map(([name, resource]) => targetOf(name, resource));
}

const reference = /^\$(?!env\.)(\w+)\.(\w+)$/;

/** Arguments with the outputs of others and the variables of the person in their places. */
function resolved(
  value: unknown,
  needed: ReadonlyMap<string, Properties | undefined>,
  env: Readonly<Record<string, string>>,
): unknown {
  if (typeof value === "string") {
    const [, variable] = /^\$env\.(\w+)$/.exec(value) ?? [];
    if (variable !== undefined) return env[variable] ?? "";
    const [, name = "", output = ""] = reference.exec(value) ?? [];
    return name === "" ? value : (needed.get(name)?.[output] ?? unknownText);
  }
  if (Array.isArray(value)) return value.map((each) => resolved(each, needed, env));
  if (typeof value !== "object" || value === null || isSecret(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolved(each, needed, env)]));
}
