/** One stack of one interface: its state in a file, which people share, and the engine in little that runs programs on it (hosts.ts). */

import type { Outputs } from "../../provider/compose/world.ts";
import { type ResourceName, resourceNames } from "../../provider/resources/registry.ts";
import { terraformResources } from "../../provider/resources/schema/terraform.ts";
import { snake } from "../../provider/resources/schema/terraform-leaves.ts";
import type { InterfaceName } from "../contracts/interfaces/interface-names.ts";
import { type RunRequest, runEngine as runPulumi } from "../contracts/interfaces/support/wire/pulumi-run.ts";
import { StateFile } from "../contracts/interfaces/support/wire/pulumi-state.ts";
import { inputsOf, targetOf } from "../contracts/interfaces/support/wire/pulumi-workspace.ts";
import { runTofu, type TofuRunRequest } from "../contracts/interfaces/support/wire/tofu-run.ts";
import { TofuStateFile } from "../contracts/interfaces/support/wire/tofu-state.ts";
import { terraformTypeOf } from "../contracts/interfaces/terraform-program.ts";
import type { ResourceKind, Resources } from "../contracts/interfaces/user-interface.ts";
import { openDynamic, openPackage, openTofu } from "./hosts.ts";

type Values = Readonly<Record<string, unknown>>;

/** A resource that the state knows. */
export interface Known {
  readonly kind: ResourceName;
  readonly name: string;
  readonly values: Values;
}

export interface StackReport {
  readonly says: string;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly isFailed: boolean;
}

export interface StackRun {
  /** A destroy and a refresh know no program. */
  readonly kind: RunRequest["kind"];
  readonly program: Resources;
  readonly outputs: Outputs;
  /** The names of resources that the run leaves as they are. */
  readonly excluded?: readonly string[];
  /** Whether the run reads every resource first, which OpenTofu always does. */
  readonly refreshes?: boolean;
  /** Settings of the provider, in camelCase. */
  readonly settings?: Readonly<Record<string, string | boolean>>;
}

export interface Stack {
  /** Runs with the environment of this process, and goes on after an error as far as the engine can. */
  run(request: StackRun): Promise<StackReport>;
  known(): readonly Known[];
  /** Puts these values into what the state says of the resource. */
  edit(name: string, values: Values): void;
}

export const kindOf = (name: ResourceName): ResourceKind =>
  `${name.slice(0, 1).toUpperCase()}${name.slice(1)}` as ResourceKind;

function resourceOf(type: string, typeOf: (kind: ResourceKind) => string): ResourceName {
  const found = resourceNames.find((each) => type === typeOf(kindOf(each)));
  if (found === undefined) throw new Error(`There is no resource ${type}.`);
  return found;
}

/** The folder has a folder `backend`. */
export function openStack(userInterface: InterfaceName, folder: string): Stack {
  return userInterface === "terraform" ? openTofuStack(folder) : openPulumiStack(userInterface, folder);
}

function openPulumiStack(name: Exclude<InterfaceName, "terraform">, folder: string): Stack {
  const state = new StateFile(folder, "dev");
  const typeOf = (kind: ResourceKind): string =>
    name === "package" ? `uko:index:${kind}` : `pulumi-nodejs:dynamic/uko:${kind}`;
  return {
    known: () =>
      state.read().resources.map(({ name: each, type, outputs }) => ({
        ...{ kind: resourceOf(type, typeOf), name: each },
        values: outputs,
      })),
    edit: (edited, values) =>
      state.change((resources) =>
        resources.map((each) => (each.name === edited ? { ...each, outputs: { ...each.outputs, ...values } } : each)),
      ),
    async run({ kind, program, outputs, excluded = [], refreshes = false, settings = {} }) {
      const provider = name === "package" ? openPackage(outputs) : openDynamic(outputs, settings);
      await provider.configure(settings);
      const isProgram = kind === "up" || kind === "preview";
      const { exitCode, output, said } = await runPulumi({
        ...{ kind, provider, state, env: {}, previews: name === "package", program: isProgram ? program : {} },
        options: { goesOn: true, refreshes, expectsNoChanges: false, targets: [], excluded },
        targetOf: (each, { type }) => targetOf("dev", each, typeOf(type)),
        inputsOf: (target, args) => inputsOf(name, target, args),
      });
      const textsOf = (wanted: "error" | "warning") =>
        said.filter(({ severity }) => severity === wanted).map(({ text }) => text);
      return { says: output, errors: textsOf("error"), warnings: textsOf("warning"), isFailed: exitCode !== 0 };
    },
  };
}

function openTofuStack(folder: string): Stack {
  const state = new TofuStateFile(folder, "default");
  const attributesOf = (type: string) => terraformResources.get(type)?.attributes ?? [];
  const kinds = { up: "apply", destroy: "destroy", refresh: "refresh", preview: "plan" } as const;
  return {
    known: () =>
      state.read().map(({ type, name, saved: { value } }) => ({
        ...{ kind: resourceOf(type, terraformTypeOf), name },
        values: Object.fromEntries(
          attributesOf(type).map(({ path: [first = ""], name: each }) => [first, value[each]]),
        ),
      })),
    edit: (edited, values) =>
      state.write(
        state.read().map((each) => {
          const named = attributesOf(each.type).flatMap(({ path: [first = ""], name }) =>
            first in values ? [[name, values[first]]] : [],
          );
          const value = { ...each.saved.value, ...Object.fromEntries(named) };
          return each.name === edited ? { ...each, saved: { ...each.saved, value } } : each;
        }),
      ),
    async run({ kind, program, outputs, excluded = [], settings = {} }) {
      const request: TofuRunRequest = {
        ...{ host: openTofu(outputs), kind: kinds[kind], program, env: {}, state, excluded },
        settings: Object.fromEntries(Object.entries(settings).map(([name, value]) => [snake(name), value])),
      };
      const { hasErrors, output, diagnostics } = await runTofu(request).catch((error: Error) => {
        // The engine in little replaces nothing.
        if (!error.message.endsWith("would be replaced.")) throw error;
        return { hasErrors: true, output: error.message, diagnostics: [] };
      });
      const textsOf = (wanted: "error" | "warning") =>
        diagnostics
          .filter(({ severity }) => severity === wanted)
          .map(({ summary, detail }) => (detail === "" ? summary : `${summary}\n${detail}`));
      return { says: output, errors: textsOf("error"), warnings: textsOf("warning"), isFailed: hasErrors };
    },
  };
}
