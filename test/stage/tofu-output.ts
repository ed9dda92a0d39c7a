/** What OpenTofu tells of a run besides what people see: the file that `-json-into` names, and the state. */

import { errorCatalog } from "../../provider/errors.ts";

/** A warning or an error, up to the next line that stands at the left. */
const diagnostic = /^(?:Warning|Error): .*\n(?:(?: .*)?\n)*/;
/** What became of a resource, and of the whole run. */
const outcome = /^(?:\S+: \w+ complete after .*|Plan: .*|No changes\..*|(?:Apply|Destroy) complete! .*)\n/;

/** What a run tells of resources, as OpenTofu prints it without color; the plan's listing and hints for beginners are left out. */
export function essenceOf(output: string): string {
  const told: string[] = [];
  for (let rest = `${output}\n`; rest !== ""; ) {
    const said = diagnostic.exec(rest)?.[0];
    const found = said ?? outcome.exec(rest)?.[0];
    if (said !== undefined) told.push("");
    if (found !== undefined) told.push(withoutPlace(found).trim());
    rest = rest.slice(found?.length ?? rest.indexOf("\n") + 1);
  }
  return told.join("\n").trim();
}

/** A diagnostic says in which line of the configuration its resource stands, which tells nothing of one that a program wrote. */
function withoutPlace(text: string): string {
  return text.replace(/\n {2}with \S+,\n {2}on .*\n(?: {2,}\d+: .*\n)?/, "");
}

export interface TofuDiagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail: string;
  /** The first line of what it says of its object (`messageOfDiagnostic`). */
  readonly says: string;
  /** The resource that it is about, if it is about one. */
  readonly address?: string;
  /** Told with the plan, before anything was done. */
  readonly isFromPlan: boolean;
}

/** How many resources a plan or a run is about; `remove` counts what is deleted, `forget` what only leaves the state. */
export interface TofuCounts {
  readonly add: number;
  readonly change: number;
  readonly import: number;
  readonly remove: number;
  readonly forget?: number;
}

export interface TofuReport {
  /** The addresses of what could not be made, changed or deleted. */
  readonly failed: readonly string[];
  readonly diagnostics: readonly TofuDiagnostic[];
  readonly planned?: TofuCounts;
  readonly applied?: TofuCounts;
}

/** The first error of a run: its summary, and what it says of its object. */
export function firstErrorIn(output: string, { diagnostics }: Pick<TofuReport, "diagnostics">) {
  return {
    firstErrorLine: /^Error: (.*)$/m.exec(output)?.[1],
    firstErrorSays: diagnostics.find(({ severity }) => severity === "error")?.says,
  };
}

interface Line {
  readonly type: string;
  readonly diagnostic?: {
    readonly severity: "error" | "warning";
    readonly summary: string;
    readonly detail?: string;
    readonly address?: string;
  };
  readonly hook?: { readonly resource?: { readonly addr: string } };
  readonly changes?: TofuCounts & { readonly operation: "plan" | "apply" | "destroy" };
}

/** Reads the stream of a whole run; a run that was killed has written its last line in part. */
export function readReport(stream: string): TofuReport {
  let hasBegun = false;
  let planned: TofuCounts | undefined;
  let applied: TofuCounts | undefined;
  const diagnostics: TofuDiagnostic[] = [];
  const failed: string[] = [];
  for (const text of stream.split("\n")) {
    const line = parseLine(text);
    if (line === undefined) continue;
    if (line.type === "apply_start") hasBegun = true;
    if (line.type === "apply_errored" && line.hook?.resource !== undefined) failed.push(line.hook.resource.addr);
    if (line.diagnostic !== undefined) {
      const { severity, summary, detail = "", address } = line.diagnostic;
      diagnostics.push({
        ...{ severity, summary, detail, isFromPlan: !hasBegun },
        says: messageOfDiagnostic(summary, detail).split("\n")[0] ?? "",
        ...(address !== undefined && address !== "" && { address }),
      });
    }
    if (line.changes === undefined) continue;
    const { operation, ...counts } = line.changes;
    if (operation === "plan") planned = counts;
    else applied = counts;
  }
  return { diagnostics, failed, ...(planned !== undefined && { planned }), ...(applied !== undefined && { applied }) };
}

function parseLine(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

/** One object of the state: a resource has one for each of its keys, and one more for each that waits to be deleted after its successor came. */
export interface TofuResource {
  /** As commands name it: `uko_managed_key.payroll`, `uko_managed_key.many["a"]`. */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly isTainted: boolean;
  readonly deposedKey?: string;
  readonly identity?: Readonly<Record<string, unknown>>;
}

export interface TofuState {
  /** The whole state as text, for searching it for secrets. */
  readonly text: string;
  /** Without data sources. */
  readonly resources: readonly TofuResource[];
}

interface StoredState {
  readonly resources?: readonly {
    readonly mode: "managed" | "data";
    readonly module?: string;
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly index_key?: string | number;
      readonly status?: "tainted";
      readonly deposed?: string;
      readonly attributes: Readonly<Record<string, unknown>>;
      readonly identity?: Readonly<Record<string, unknown>>;
    }[];
  }[];
}

/** Reads what `tofu state pull` prints; nothing at all where there is no state yet. */
export function readState(text: string): TofuState {
  const { resources = [] } = (text.trim() === "" ? {} : JSON.parse(text)) as StoredState;
  const found = resources
    .filter(({ mode }) => mode === "managed")
    .flatMap(({ module, type, name, instances }) =>
      instances.map(({ index_key, status, deposed, attributes, identity }): TofuResource => {
        const place = [...(module === undefined ? [] : [module]), type, name].join(".");
        return {
          address: index_key === undefined ? place : `${place}[${JSON.stringify(index_key)}]`,
          ...{ type, name, attributes, isTainted: status === "tainted" },
          ...(deposed !== undefined && { deposedKey: deposed }),
          ...(identity !== undefined && { identity }),
        };
      }),
    );
  return { text, resources: found };
}

const nouns = /\b(?:KMS key|key|vault|keystore|template) "[^"]*"/gi;
const anyOf = /\ban? (?:KMS key|key|vault|keystore|template)\b/gi;

/**
 * What a diagnostic says of its object, with the sentence that names the object first. The summary is left out if it is
 * that sentence for any object, or the reason of an error: hosts group by it.
 */
export function messageOfDiagnostic(summary: string, detail: string): string {
  const text = detail.trimStart();
  const [first = ""] = text.split("\n");
  const reason = summary.replace(/^Likewise: /, "");
  const isForAll =
    first !== "" && first.replaceAll(nouns, "…").startsWith(reason.replaceAll(anyOf, "…").replaceAll(nouns, "…"));
  const isReason = Object.values(errorCatalog).some((entry) => entry.summary === reason) && / "/.test(first);
  if (text !== "" && (isForAll || isReason)) return text;
  return detail === "" ? summary : `${summary}\n${detail}`;
}
