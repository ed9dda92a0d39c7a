/**
 * An engine in this process: a program, a state, and the handlers of the resources, which every interface calls. The state is what
 * a judge compares with the service: it may forget a key only when the key is gone.
 */

import { openHandlers } from "../../provider/compose/engines.ts";
import type { Outputs } from "../../provider/compose/world.ts";
import type { Handlers } from "../../provider/engine/resource/handlers.ts";
import { isUkoError } from "../../provider/errors.ts";
import type { ResourceName } from "../../provider/resources/registry.ts";
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

interface Known {
  readonly kind: ResourceName;
  readonly state: Values;
}

/** What the engine knows of its resources; people share it, as they share a stack. */
export type EngineState = Map<string, Known>;

export interface EngineReport {
  readonly says: readonly string[];
  /** Resources that left the state in this run. */
  readonly forgotten: readonly Known[];
  readonly isFailed: boolean;
}

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
function wantedOf(kind: ResourceName, values: Values, verb: Verb, known: Values): Values {
  if (verb === "edit" && kind !== "kmsKey") return { ...values, description: "Changed by the program" };
  if (kind !== "managedKey") return values;
  const changes: Partial<Record<Verb, Values>> = {
    retire: { state: "destroyed" },
    loosen: { dualAuthorization: "single", deletionReason: "r".repeat(500) },
    rotate: { rotationTrigger: `${String(known.rotationTrigger ?? "")}+`.slice(-200) },
    tag: { tags: { team: "red", legal: "x" } },
  };
  return { ...values, ...changes[verb] };
}

const doesNotChange: readonly Verb[] = ["preview", "refresh", "destroy"];

/** Runs the engine with the environment of this process. A resource that fails does not keep the others from their turn. */
export async function runEngine(verb: Verb, known: EngineState, outputs: Outputs): Promise<EngineReport> {
  const { resources } = openHandlers(() => ({}), outputs, { rerun: "pulumi destroy" });
  const options = { signal: new AbortController().signal };
  const says: string[] = [];
  const forgotten: Known[] = [];
  let isFailed = false;
  const forget = (name: string, each: Known): void => {
    known.delete(name);
    forgotten.push(each);
  };
  const work = async (name: string, kind: ResourceName, values: Values): Promise<void> => {
    const handlers = resources[kind] as unknown as Handlers<object, object>;
    const each = known.get(name);
    const keep = (state: object): void => void known.set(name, { kind, state: state as Values });
    if (!doesNotChange.includes(verb)) {
      const { inputs, failures } = handlers.check(wantedOf(kind, values, verb, each?.state ?? {}), each?.state ?? {});
      if (failures.length > 0) throw new Error(`${kind}: ${JSON.stringify(failures)}`);
      if (each === undefined) keep((await handlers.create(inputs, options)).state);
      else if (handlers.diff(each.state, inputs).length > 0) {
        keep((await handlers.update(each.state, inputs, options)).state);
      }
      return;
    }
    if (each === undefined) return;
    if (verb === "preview") return void says.push(JSON.stringify(await handlers.previewDelete(each.state)));
    if (verb === "refresh") {
      const found = await handlers.read(each.state, options);
      return found === undefined ? forget(name, each) : keep(found.state);
    }
    const outcome = await handlers.delete(each.state, options);
    if (outcome.kind === "ended") return forget(name, each);
    isFailed = true;
    says.push(JSON.stringify(outcome));
  };
  const all = Object.entries(program).flatMap(([kind, rows]) =>
    Object.entries(rows).map(([name, values]) => ({ name, kind: kind as ResourceName, values })),
  );
  for (const { name, kind, values } of verb === "destroy" ? all.toReversed() : all) {
    try {
      await work(name, kind, values);
    } catch (error) {
      if (!isUkoError(error)) throw error;
      isFailed = true;
      says.push(error.message);
    }
  }
  return { says, forgotten, isFailed };
}
