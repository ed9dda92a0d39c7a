/**
 * One run of OpenTofu, in little: reads what is in the state, plans each resource in the order of what needs what, and applies.
 * `core.ts` makes the calls about one resource. What it cannot do, such as replacing a resource, it refuses.
 */

import { terraformProvider } from "../../../../../provider/resources/schema/terraform.ts";
import { writeObject } from "../../../../../provider/terraform-plugin/blocks.ts";
import {
  type Diagnostic,
  Diagnostic_Severity,
} from "../../../../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import type { ObjectValue, Value } from "../../../../../provider/terraform-plugin/values.ts";
import type { TofuCounts, TofuDiagnostic, TofuReport } from "../../../../stage/tofu-output.ts";
import { type Config, type Core, openCore, type PlanOutcome, type Told } from "../../../../terraform-plugin/core.ts";
import type { Host } from "../../../../terraform-plugin/host.ts";
import { configOf, terraformTypeOf } from "../../terraform-program.ts";
import type { Resource, Resources } from "../../user-interface.ts";
import { eachAfter, needsOf } from "./order.ts";
import type { StoredResource, TofuStateFile } from "./tofu-state.ts";

export interface TofuRunRequest {
  readonly kind: "apply" | "destroy" | "plan" | "refresh";
  readonly program: Resources;
  readonly settings: Readonly<Record<string, string | boolean>>;
  readonly env: Readonly<Record<string, string>>;
  readonly host: Pick<Host, "provider">;
  readonly state: TofuStateFile;
  /** The names of resources to leave out. */
  readonly excluded: readonly string[];
}

export interface TofuRunOutcome extends TofuReport {
  readonly hasErrors: boolean;
  readonly output: string;
}

/** One resource of the run, in the state or the program or both. */
interface Node {
  readonly type: string;
  readonly name: string;
  readonly core: Core;
  readonly needs: readonly string[];
  /** Undefined if the run deletes it. */
  readonly wanted: Resource | undefined;
  plan?: PlanOutcome;
}

export async function runTofu(request: TofuRunRequest): Promise<TofuRunOutcome> {
  const { kind, host, state, env, excluded } = request;
  const diagnostics: TofuDiagnostic[] = [];
  const failed: string[] = [];
  let hasBegun = false;
  const addressOf = ({ type, name }: Node): string => `${type}.${name}`;
  const tell = (told: Pick<Told, "errors" | "warnings">, address?: string): void => {
    for (const severity of ["warning", "error"] as const) {
      for (const text of told[`${severity}s`]) {
        const [summary = "", ...detail] = text.split("\n");
        const about = address === undefined ? {} : { address };
        diagnostics.push({
          severity,
          summary,
          says: summary,
          detail: detail.join("\n"),
          isFromPlan: !hasBegun,
          ...about,
        });
      }
    }
  };
  const hasErrors = (): boolean => diagnostics.some(({ severity }) => severity === "error");
  /** What OpenTofu says if the provider is gone. */
  const orCrash = async <Outcome>(call: Promise<Outcome>, otherwise: Outcome): Promise<Outcome> => {
    try {
      return await call;
    } catch (error) {
      if (typeof (error as { readonly code?: unknown }).code !== "number") throw error;
      tell({ errors: ["Plugin did not respond"], warnings: [] });
      return otherwise;
    }
  };
  const outcome = (planned?: TofuCounts, applied?: TofuCounts): TofuRunOutcome => ({
    ...{ diagnostics, failed, hasErrors: hasErrors() },
    ...(planned !== undefined && { planned }),
    ...(applied !== undefined && { applied }),
    output: render(request, diagnostics, planned, applied),
  });

  /** A process of its own for each walk of the real engine; here each begins anew in the same one. */
  const begin = async (): Promise<boolean> => {
    const given = Object.fromEntries(
      terraformProvider.attributes.map(({ name }): [string, Value] => [name, request.settings[name] ?? null]),
    );
    const config = writeObject(given, terraformProvider);
    const nothing: { readonly diagnostics: readonly Diagnostic[] } = { diagnostics: [] };
    const validated = await orCrash(host.provider.validateProviderConfig({ config }), nothing);
    const configured = await orCrash(host.provider.configureProvider({ config }), nothing);
    const all = [...validated.diagnostics, ...configured.diagnostics];
    const textsOf = (wanted: Diagnostic_Severity) =>
      all
        .filter(({ severity }) => severity === wanted)
        .map(({ summary, detail }) => `${summary}${detail === "" ? "" : `\n${detail}`}`);
    tell({ errors: textsOf(Diagnostic_Severity.ERROR), warnings: textsOf(Diagnostic_Severity.WARNING) });
    return !hasErrors();
  };

  const isProgram = kind === "apply" || kind === "plan";
  const nodes = nodesOf(request, isProgram).filter(({ name }) => !excluded.includes(name));
  const needers = state.read();
  const untouched = needers.filter(({ name }) => excluded.includes(name));
  const save = (): void => {
    const stored = nodes.flatMap(({ type, name, needs, core: { saved } }): StoredResource[] =>
      saved === undefined ? [] : [{ type, name, needs, saved }],
    );
    state.write([...untouched, ...stored]);
  };
  const valuesIn = (named: string): ObjectValue | undefined => {
    const node = nodes.find(({ name }) => name === named);
    return hasBegun ? node?.core.saved?.value : (node?.plan?.planned ?? node?.core.saved?.value);
  };
  const configFor = (wanted: Resource): Config => configOf(wanted, { env, valuesIn });

  const look = async (node: Node): Promise<boolean> => {
    const nobody: Told = { errors: [], warnings: [], summaries: [], attributes: [] };
    const told = await orCrash(node.core.refresh(), nobody);
    // Before a destroy the engine keeps to itself what a look warns of.
    tell(kind === "destroy" ? { ...told, warnings: [] } : told, addressOf(node));
    return told.errors.length === 0;
  };
  const failedPlan: PlanOutcome = {
    ...{
      errors: [],
      warnings: [],
      summaries: [],
      attributes: [],
      action: "none",
      planned: null,
      private: new Uint8Array(),
    },
  };
  const plan = async (node: Node): Promise<boolean> => {
    const config = node.wanted === undefined ? null : configFor(node.wanted);
    if (node.core.saved?.isTainted === true && config !== null) throw new Error(`${node.name} would be replaced.`);
    if (config === null && node.core.saved === undefined) return true;
    node.plan = await orCrash(node.core.plan(config), failedPlan);
    tell(node.plan, addressOf(node));
    return node.plan.errors.length === 0;
  };
  const apply = async (node: Node): Promise<boolean> => {
    if (node.plan === undefined || node.plan.action === "none") return true;
    const config = node.wanted === undefined ? null : configFor(node.wanted);
    if (config !== null) {
      node.plan = await orCrash(node.core.planAgain(node.plan, config), failedPlan);
      tell(node.plan, addressOf(node));
    }
    hasBegun = true;
    const isPlanned = node.plan.planned !== null || config === null;
    const told = isPlanned ? await orCrash(node.core.settle(node.plan, config), undefined) : undefined;
    // Of a deletion the engine tells no address.
    if (told !== undefined) tell(told, config === null ? undefined : addressOf(node));
    save();
    const isDone = told !== undefined && told.errors.length === 0;
    if (!isDone) failed.push(addressOf(node));
    return isDone;
  };

  if (!(await begin())) return outcome();
  if (!isProgram) {
    await eachAfter(nodes, ({ needs }) => needs, look);
    if (hasErrors()) return outcome();
    if (kind === "refresh") {
      save();
      return outcome(undefined, { add: 0, change: 0, import: 0, remove: 0 });
    }
    await begin();
  }
  await eachAfter(
    nodes,
    ({ needs }) => needs,
    async (node) => (!isProgram || (await look(node))) && (await plan(node)),
  );
  const planned = countsOf(nodes);
  if (hasErrors() || kind === "plan") return outcome(planned);

  save();
  if (!(await begin())) return outcome(planned);
  // What others need goes after them, and is not tried if one of them stays.
  const dependents = (named: string) => needers.filter(({ needs }) => needs.includes(named)).map(({ name }) => name);
  await eachAfter(nodes, ({ name, wanted, needs }) => (wanted === undefined ? dependents(name) : needs), apply);
  save();
  return outcome(planned, countsOf(nodes.filter((node) => !failed.includes(addressOf(node)))));
}

function nodesOf({ program, host, state }: TofuRunRequest, isProgram: boolean): readonly Node[] {
  const stored = state.read();
  const inProgram = isProgram
    ? Object.entries(program).map(([name, wanted]): Node => {
        const type = terraformTypeOf(wanted.type);
        const saved = stored.find((each) => each.name === name)?.saved;
        return { type, name, core: openCore(host, type, { saved }), needs: needsOf(wanted), wanted };
      })
    : [];
  const others = stored.filter(({ name }) => !isProgram || !(name in program));
  return [
    ...inProgram,
    ...others.map(({ type, name, needs, saved }) => ({
      ...{ type, name, needs, wanted: undefined },
      core: openCore(host, type, { saved }),
    })),
  ];
}

function countsOf(nodes: readonly Node[]): TofuCounts {
  const count = (action: PlanOutcome["action"]): number => nodes.filter(({ plan }) => plan?.action === action).length;
  return { add: count("create"), change: count("update"), import: 0, remove: count("delete") };
}

function render(
  { kind }: TofuRunRequest,
  diagnostics: readonly TofuDiagnostic[],
  planned: TofuCounts | undefined,
  applied: TofuCounts | undefined,
): string {
  const isEmpty = planned !== undefined && planned.add + planned.change + planned.remove === 0;
  const blocks = diagnostics.map(({ severity, summary, detail, address }) => {
    const title = `${severity === "error" ? "Error" : "Warning"}: ${summary}`;
    const place = address === undefined ? [] : [`  with ${address},`, ""];
    return [title, "", ...place, ...(detail === "" ? [] : [detail, ""])].join("\n");
  });
  const plan = isEmpty
    ? ["No changes. Your infrastructure matches the configuration."]
    : planned === undefined
      ? []
      : [`Plan: ${planned.add} to add, ${planned.change} to change, ${planned.remove} to destroy.`];
  const isOver = applied !== undefined && !diagnostics.some(({ severity }) => severity === "error");
  const end =
    kind === "destroy"
      ? `Destroy complete! Resources: ${applied?.remove} destroyed.`
      : `Apply complete! Resources: ${applied?.add} added, ${applied?.change} changed, ${applied?.remove} destroyed.`;
  return [...plan, ...blocks, ...(isOver ? ["", end] : []), ""].join("\n");
}
