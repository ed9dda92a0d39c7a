/**
 * A program with every kind of resource, and the engine of one interface that runs it (hosts.ts). The state is a file, which people
 * share. A judge compares it with the service: it may forget an object only when the object is gone.
 */

import type { Outputs } from "../../provider/compose/world.ts";
import { type ResourceName, resourceNames } from "../../provider/resources/registry.ts";
import { terraformResources } from "../../provider/resources/schema/terraform.ts";
import type { InterfaceName } from "../contracts/interfaces/interface-names.ts";
import { type RunRequest, runEngine as runPulumi } from "../contracts/interfaces/support/wire/pulumi-run.ts";
import { StateFile } from "../contracts/interfaces/support/wire/pulumi-state.ts";
import { inputsOf, targetOf } from "../contracts/interfaces/support/wire/pulumi-workspace.ts";
import { runTofu } from "../contracts/interfaces/support/wire/tofu-run.ts";
import { TofuStateFile } from "../contracts/interfaces/support/wire/tofu-state.ts";
import { terraformTypeOf } from "../contracts/interfaces/terraform-program.ts";
import type { ResourceKind, Resources } from "../contracts/interfaces/user-interface.ts";
import { openDynamic, openPackage, openTofu } from "./hosts.ts";
import { programKeys, vaultId } from "./world.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * What the program declares of each resource, by name. A resource without a row is an error of the compiler, so that a new
 * one cannot stay without a move.
 */
const program: { readonly [Name in ResourceName]: Readonly<Record<string, Values>> } = {
  vault: { archive: { name: "archive" } },
  keystore: { spare: { vaultId, type: "internal", name: "spare-ring", groups: ["spare"] } },
  keyTemplate: {
    ofSpare: {
      ...{ vaultId, name: "spare", keystoreType: "ibm_cloud_kms", group: "spare", algorithm: "aes", size: "256" },
      ...{ activationPeriod: "P0D", expirationPeriod: "P5Y" },
    },
  },
  managedKey: Object.fromEntries(programKeys.map((label) => [label, { vaultId, template: "payroll", label }])),
  kmsKey: { root: { name: "root", dualAuthDelete: true } },
};

export const resourceMoves = program;

export const engineVerbs = [
  "up",
  "destroy",
  "refresh",
  "preview",
  "retire",
  "edit",
  "loosen",
  "rotate",
  "tag",
] as const;
export type Verb = (typeof engineVerbs)[number];

/** The program itself, with its keys retired, rotated, tagged, left to one person, or with other texts. */
function wantedOf(kind: ResourceName, values: Values, verb: Verb, rotations: number): Values {
  if (verb === "edit" && kind !== "kmsKey") return { ...values, description: "Changed by the program" };
  if (kind !== "managedKey") return values;
  const changes: Partial<Record<Verb, Values>> = {
    retire: { state: "destroyed" },
    loosen: { dualAuthorization: "single", deletionReason: "r".repeat(500) },
    rotate: { rotationTrigger: String(rotations) },
    tag: { tags: { team: "red", legal: "x" } },
  };
  return { ...values, ...changes[verb] };
}

const kindOf = (name: ResourceName): ResourceKind =>
  `${name.slice(0, 1).toUpperCase()}${name.slice(1)}` as ResourceKind;

function programFor(verb: Verb, rotations: number): Resources {
  const all = Object.entries(program).flatMap(([kind, rows]) =>
    Object.entries(rows).map(([name, values]) => {
      const resource = kind as ResourceName;
      return [name, { type: kindOf(resource), args: wantedOf(resource, values, verb, rotations) }] as const;
    }),
  );
  return Object.fromEntries(all);
}

/** A resource that the state knows. */
export interface Known {
  readonly kind: ResourceName;
  readonly name: string;
  readonly values: Values;
}

export interface EngineReport {
  readonly says: string;
  /** Resources that left the state in this run. */
  readonly forgotten: readonly Known[];
  readonly isFailed: boolean;
}

/** One stack, with its state in a folder. */
export interface Engine {
  /** Runs with the environment of this process. */
  run(verb: Verb, outputs: Outputs): Promise<EngineReport>;
  known(): readonly Known[];
  /** Puts these values into what the state says of its first managed key. */
  edit(values: Values): void;
}

type Run = (verb: Verb, wanted: Resources, outputs: Outputs) => Promise<Omit<EngineReport, "forgotten">>;

/** The folder has a folder `backend`. */
export function openEngine(userInterface: InterfaceName, folder: string): Engine {
  const { run, known, edit } =
    userInterface === "terraform" ? openTofuStack(folder) : openPulumiStack(userInterface, folder);
  let rotations = 0;
  return {
    known,
    edit,
    async run(verb, outputs) {
      if (verb === "rotate") rotations += 1;
      const before = known();
      const report = await run(verb, programFor(verb, rotations), outputs);
      const left = new Set(known().map(({ name }) => name));
      return { ...report, forgotten: before.filter(({ name }) => !left.has(name)) };
    },
  };
}

interface Stack extends Omit<Engine, "run"> {
  readonly run: Run;
}

function openPulumiStack(name: Exclude<InterfaceName, "terraform">, folder: string): Stack {
  const state = new StateFile(folder, "dev");
  const typeOf = (kind: ResourceKind): string =>
    name === "package" ? `uko:index:${kind}` : `pulumi-nodejs:dynamic/uko:${kind}`;
  const resourceOf = (type: string): ResourceName => {
    const found = resourceNames.find((each) => type === typeOf(kindOf(each)));
    if (found === undefined) throw new Error(`There is no resource ${type}.`);
    return found;
  };
  const kinds: Partial<Record<Verb, RunRequest["kind"]>> = {
    destroy: "destroy",
    refresh: "refresh",
    preview: "preview",
  };
  return {
    known: () =>
      state.read().resources.map(({ name: each, type, outputs }) => ({
        ...{ kind: resourceOf(type), name: each },
        values: outputs,
      })),
    edit: (values) =>
      state.change((resources) =>
        resources.map((each) =>
          each.name === programKeys[0] ? { ...each, outputs: { ...each.outputs, ...values } } : each,
        ),
      ),
    async run(verb, wanted, outputs) {
      const provider = name === "package" ? openPackage(outputs) : openDynamic(outputs);
      const kind = kinds[verb] ?? "up";
      const isProgram = kind === "up" || kind === "preview";
      const { exitCode, output } = await runPulumi({
        ...{ kind, provider, state, env: {}, previews: name === "package", program: isProgram ? wanted : {} },
        options: { goesOn: true, refreshes: false, expectsNoChanges: false, targets: [], excluded: [] },
        targetOf: (each, { type }) => targetOf("dev", each, typeOf(type)),
        inputsOf: (target, args) => inputsOf(name, target, args),
      });
      return { says: output, isFailed: exitCode !== 0 };
    },
  };
}

function openTofuStack(folder: string): Stack {
  const state = new TofuStateFile(folder, "default");
  const resourceOf = (type: string): ResourceName => {
    const found = resourceNames.find((each) => type === terraformTypeOf(kindOf(each)));
    if (found === undefined) throw new Error(`There is no resource ${type}.`);
    return found;
  };
  const attributesOf = (type: string) => terraformResources.get(type)?.attributes ?? [];
  const kinds = { destroy: "destroy", refresh: "refresh", preview: "plan" } as const;
  return {
    known: () =>
      state.read().map(({ type, name, saved: { value } }) => ({
        ...{ kind: resourceOf(type), name },
        values: Object.fromEntries(
          attributesOf(type).map(({ path: [first = ""], name: each }) => [first, value[each]]),
        ),
      })),
    edit: (values) =>
      state.write(
        state.read().map((each) => {
          const named = attributesOf(each.type).flatMap(({ path: [first = ""], name }) =>
            first in values ? [[name, values[first]]] : [],
          );
          const value = { ...each.saved.value, ...Object.fromEntries(named) };
          return each.name === programKeys[0] ? { ...each, saved: { ...each.saved, value } } : each;
        }),
      ),
    async run(verb, wanted, outputs) {
      const kind = kinds[verb as keyof typeof kinds] ?? "apply";
      const request = { host: openTofu(outputs), kind, program: wanted, settings: {}, env: {}, state, excluded: [] };
      const { hasErrors, output } = await runTofu(request).catch((error: Error) => {
        // The engine in little replaces nothing.
        if (!error.message.endsWith("would be replaced.")) throw error;
        return { hasErrors: true, output: error.message };
      });
      return { says: output, isFailed: hasErrors };
    },
  };
}
