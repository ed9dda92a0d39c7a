/**
 * A program with every kind of resource, and the stack of one interface that runs it (stack.ts). A judge compares
 * its state with the service: the state may forget an object only when the object is gone.
 */

import type { Outputs } from "../../provider/compose/world.ts";
import type { ResourceName } from "../../provider/resources/registry.ts";
import type { InterfaceName } from "../contracts/interfaces/interface-names.ts";
import type { Resources } from "../contracts/interfaces/user-interface.ts";
import { type Known, kindOf, openStack, type StackReport, type StackRun } from "./stack.ts";
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
  "gate",
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
    gate: { deletionGate: "destroy" },
    rotate: { rotationTrigger: String(rotations) },
    tag: { tags: { team: "red", legal: "x" } },
  };
  return { ...values, ...changes[verb] };
}

function programFor(verb: Verb, rotations: number): Resources {
  const all = Object.entries(program).flatMap(([kind, rows]) =>
    Object.entries(rows).map(([name, values]) => {
      const resource = kind as ResourceName;
      return [name, { type: kindOf(resource), args: wantedOf(resource, values, verb, rotations) }] as const;
    }),
  );
  return Object.fromEntries(all);
}

export interface EngineReport extends StackReport {
  /** Resources that left the state in this run. */
  readonly forgotten: readonly Known[];
}

/** One stack, with its state in a folder. */
export interface Engine {
  /** Runs with the environment of this process. */
  run(verb: Verb, outputs: Outputs): Promise<EngineReport>;
  known(): readonly Known[];
  /** Puts these values into what the state says of its first managed key. */
  edit(values: Values): void;
}

const kinds: Partial<Record<Verb, StackRun["kind"]>> = {
  destroy: "destroy",
  refresh: "refresh",
  preview: "preview",
};

/** The folder has a folder `backend`. */
export function openEngine(userInterface: InterfaceName, folder: string): Engine {
  const { run, known, edit } = openStack(userInterface, folder);
  let rotations = 0;
  return {
    known,
    edit: (values) => edit(programKeys[0], values),
    async run(verb, outputs) {
      if (verb === "rotate") rotations += 1;
      const before = known();
      const report = await run({ kind: kinds[verb] ?? "up", program: programFor(verb, rotations), outputs });
      const left = new Set(known().map(({ name }) => name));
      return { ...report, forgotten: before.filter(({ name }) => !left.has(name)) };
    },
  };
}
