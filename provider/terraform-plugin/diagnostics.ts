/**
 * Turns errors, unfinished deletions and warnings into diagnostics. Terminal control sequences are removed, because
 * hosts print a diagnostic unchanged.
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CheckFailure } from "../engine/resource/definition.ts";
import { reasonOf } from "../engine/resource/stopped-alike.ts";
import { errorAbout as named, type ResourceLabel } from "../engine/text/resource-messages.ts";
import { asUkoError, type ErrorCode, errorCatalog } from "../errors.ts";
import type { TerraformAttribute, TerraformResource } from "../resources/schema/terraform.ts";
import { capital, printableLines } from "../text/printable.ts";
import { type AttributePathSchema, Diagnostic_Severity, type DiagnosticSchema } from "./protocol/tfplugin6_pb.ts";
import type { ObjectValue } from "./values.ts";

export type Diagnostic = MessageInitShape<typeof DiagnosticSchema>;
type Attributes = readonly TerraformAttribute[];

/** The attribute for each code that is always about the same one. */
const attributeOfCode: { readonly [Code in ErrorCode]?: string } = {
  UKO_DELETION_PROTECTED: "deletion_protection",
};

/** The diagnostic of an error. With `isRepeated`, an earlier error of the run has explained it. */
export function diagnosticOf(thrown: unknown, attributes: Attributes = [], isRepeated = false): Diagnostic {
  const error = asUkoError(thrown);
  const detail = isRepeated || error.detail === "" ? `[${error.code}]` : `${error.detail}\n[${error.code}]`;
  return said("error", error.summary, detail, pathOf(attributes, attributeOfCode[error.code] ?? ""));
}

/** The diagnostic of a step that did not finish. Its summary is that of the code, and its detail names the object. */
export function unfinishedDiagnostic(code: ErrorCode, message: string, attributes: Attributes): Diagnostic {
  return said("error", errorCatalog[code].summary, indented(message), pathOf(attributes, attributeOfCode[code] ?? ""));
}

/** The diagnostic of an invalid input. */
export function failureDiagnostic({ property, reason, remedy }: CheckFailure, attributes: Attributes): Diagnostic {
  const path = pathOfProperty(property, attributes);
  const name = path === undefined ? property : written(path);
  const detail = remedy === undefined ? "" : `${capital(remedy)}.`;
  return said("error", `${name === "" ? "" : `${name}: `}${reason}`, detail, path);
}

/** An object of a resource, as messages name it. */
export interface AboutObject extends ResourceLabel {
  readonly id: string;
}

export function aboutObject({ noun }: TerraformResource, { label, name, id }: ObjectValue): AboutObject {
  return { noun, name: label ?? name, id: String(id) };
}

/** The messages of a run as far as they are alike (run-memory.ts). */
export interface Reported {
  noteReported(reason: string, resource: string): number;
}

/**
 * The warning about one object, with the object's name in its summary. Hosts group warnings with equal summaries and show
 * one of a group. So each summary is unique, and what happened to an object is never hidden behind another one. Later
 * warnings of the same reason keep only the first `kept` lines of their detail. With `isNamed`, another warning of this
 * run names the object for this reason.
 */
export function warningAbout(
  reported: Reported,
  which: AboutObject,
  message: string,
  { kept = 0, isNamed = false }: { readonly kept?: number; readonly isNamed?: boolean } = {},
): Diagnostic[] {
  const isFirst = reported.noteReported(`warning ${reasonOf(message, which)}`, which.id) === 1;
  if (isNamed && !isFirst) return [];
  const [summary, detail] = firstLine(message);
  // Two vaults may have keys of one label.
  const isTaken = reported.noteReported(`summary ${summary}`, which.id) > 1;
  const short = detail.split("\n").slice(0, kept).join("\n");
  return [said("warning", isTaken ? `${summary} (${which.id})` : summary, isFirst ? detail : short)];
}

/** The most deletions of one reason that warnings of a plan name. The plan itself lists each deleted resource. */
const maxListed = 20;

/**
 * The warning about one deletion of a plan, which lists the resource, too. So hosts may group these warnings: the first
 * one has everything and a summary of its own, and the others share theirs.
 */
export function deletionWarningAmong(
  reported: Reported,
  which: AboutObject,
  message: string,
  isNamed: boolean,
): Diagnostic[] {
  const reason = reasonOf(message, which);
  const number = reported.noteReported(`deletion ${reason}`, which.id);
  const [first, rest] = firstLine(message);
  if (number === 1) return [said("warning", reason, first === reason ? rest : indented(message))];
  if (isNamed) return [];
  if (number <= maxListed) return [said("warning", `Likewise: ${reason}`, first === reason ? rest : indented(first))];
  if (number > maxListed + 1) return [];
  const others = `This run plans more than ${maxListed} such deletions, and warns of no more of them.`;
  const where = "The plan lists each one, with what it waits for: deletion_awaits. `uko requests` lists the requests.";
  return [said("warning", `Not all are listed: ${reason}`, `${others}\n${where}`)];
}

/**
 * The diagnostic of an error about one object, which its detail names. Hosts show no address next to messages about a
 * deletion. What an earlier error of the run has explained is left out.
 */
export function errorAbout(
  reported: Reported,
  which: AboutObject,
  thrown: unknown,
  attributes: Attributes = [],
): Diagnostic {
  const error = asUkoError(thrown);
  const { code, summary, detail } = named(which, error);
  const number = reported.noteReported(`error ${code} ${error.summary} ${error.detail}`, which.id);
  const lines = number === 1 && detail !== "" ? [summary, detail, `[${code}]`] : [`${summary} [${code}]`];
  const path = pathOf(attributes, attributeOfCode[code] ?? "");
  return said("error", errorCatalog[code].summary, lines.join("\n"), path);
}

/**
 * The warning of an input with which a creation would fail. It is no error, because `tofu destroy` first plans the whole
 * configuration, also what earlier runs have deleted, and hosts do not report which command runs (decision 58).
 */
export function creationWarning(failure: CheckFailure, attributes: Attributes): Diagnostic {
  const { detail, ...others } = failureDiagnostic(failure, attributes);
  const lines = [detail, "An apply fails here, unless an earlier step of it removes the reason. A destroy continues."];
  return asWarning({ ...others, detail: lines.filter((line) => line).join("\n") });
}

export function asWarning(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, severity: Diagnostic_Severity.WARNING };
}

export function warningDiagnostic(message: string): Diagnostic {
  const [summary, detail] = firstLine(message);
  return said("warning", summary, detail);
}

function said(
  severity: "error" | "warning",
  summary: string,
  detail: string,
  attribute?: MessageInitShape<typeof AttributePathSchema>,
): Diagnostic {
  return {
    severity: severity === "error" ? Diagnostic_Severity.ERROR : Diagnostic_Severity.WARNING,
    // Hosts print diagnostics unchanged, also to a terminal, so control sequences are removed.
    summary: printableLines(summary),
    detail: printableLines(detail),
    ...(attribute !== undefined && { attribute }),
  };
}

function pathOf(attributes: Attributes, name: string): MessageInitShape<typeof AttributePathSchema> | undefined {
  if (!attributes.some((attribute) => attribute.name === name)) return undefined;
  return { steps: [{ selector: { case: "attributeName", value: name } }] };
}

/**
 * The path of the attribute for a property. `aws.accessKeyId` is the attribute `aws_access_key_id`; `tags.team` and
 * `aliases.0` are parts of an attribute.
 */
function pathOfProperty(
  property: string,
  attributes: Attributes,
): MessageInitShape<typeof AttributePathSchema> | undefined {
  const parts = property.split(".");
  const attribute = attributes.find(
    ({ path }) => path.length > 0 && path.length <= parts.length && path.every((part, index) => part === parts[index]),
  );
  if (attribute === undefined) return undefined;
  // A map key may contain a dot, so the rest of the path is one key of a map, or one index of a list.
  const rest = parts.slice(attribute.path.length).join(".");
  const below =
    // No step of a path leads to an element of a set.
    parts.length === attribute.path.length || (attribute.type.kind === "list" && attribute.type.isSet === true)
      ? []
      : attribute.type.kind === "list" && /^\d+$/.test(rest)
        ? [{ selector: { case: "elementKeyInt", value: BigInt(rest) } } as const]
        : [{ selector: { case: "elementKeyString", value: rest } } as const];
  return { steps: [{ selector: { case: "attributeName", value: attribute.name } }, ...below] };
}

/** Writes a path as in a configuration: `tags["team"]`, `aliases[1]`. */
function written({ steps = [] }: MessageInitShape<typeof AttributePathSchema>): string {
  return steps
    .map(({ selector }) => {
      if (selector?.case === "attributeName") return selector.value;
      return `[${selector?.case === "elementKeyInt" ? selector.value : JSON.stringify(selector?.value)}]`;
    })
    .join("");
}

/** Indents the first line like the others, so that hosts do not wrap it. */
function indented(message: string): string {
  return `  ${message}`;
}

function firstLine(message: string): readonly [string, string] {
  const [summary = "", ...lines] = message.split("\n");
  return [summary, lines.join("\n")];
}
