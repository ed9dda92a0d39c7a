/**
 * Turns errors, unfinished deletions and warnings into the diagnostics of Terraform's protocol. A diagnostic has a
 * summary, a detail and, if it is known, the attribute that the problem is about. Terminal control sequences are
 * removed from it, because hosts print it unchanged.
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CheckFailure } from "../engine/resource/definition.ts";
import { asUkoError, type ErrorCode } from "../errors.ts";
import type { TerraformAttribute } from "../resources/schema/terraform.ts";
import { capital, printableLines } from "../text/printable.ts";
import { type AttributePathSchema, Diagnostic_Severity, type DiagnosticSchema } from "./protocol/tfplugin6_pb.ts";

export type Diagnostic = MessageInitShape<typeof DiagnosticSchema>;
type Attributes = readonly TerraformAttribute[];

/** The attribute for each code that is always about the same one. */
const attributeOfCode: { readonly [Code in ErrorCode]?: string } = {
  UKO_DELETION_PROTECTED: "deletion_protection",
};

export function diagnosticOf(thrown: unknown, attributes: Attributes = []): Diagnostic {
  const error = asUkoError(thrown);
  const detail = `${error.detail}${error.detail === "" ? "" : "\n"}[${error.code}]`;
  return said("error", error.summary, detail, pathOf(attributes, attributeOfCode[error.code] ?? ""));
}

/**
 * The diagnostic of a step that did not finish. The first line of the message becomes the summary, so it must be a
 * complete sentence.
 */
export function unfinishedDiagnostic(code: ErrorCode, message: string, attributes: Attributes): Diagnostic {
  const [summary, detail] = firstLine(message);
  return said("error", summary, detail, pathOf(attributes, attributeOfCode[code] ?? ""));
}

/** The diagnostic of an invalid input. */
export function failureDiagnostic({ property, reason, remedy }: CheckFailure, attributes: Attributes): Diagnostic {
  const path = pathOfProperty(property, attributes);
  const name = path === undefined ? property : written(path);
  const detail = remedy === undefined ? "" : `${capital(remedy)}.`;
  return said("error", `${name === "" ? "" : `${name}: `}${reason}`, detail, path);
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

function firstLine(message: string): readonly [string, string] {
  const [summary = "", ...lines] = message.split("\n");
  return [summary, lines.join("\n")];
}
