/** The arguments of a question, and their errors, each at its attribute. */

import { checkArguments } from "../compose.ts";
import type { TerraformAttribute, TerraformDataSource } from "../schema/terraform.ts";
import { type Diagnostic, failureDiagnostic } from "./diagnostics.ts";
import { propertiesOf } from "./properties.ts";
import type { ObjectValue } from "./values.ts";

export function argumentFaults(
  question: TerraformDataSource["question"],
  attributes: readonly TerraformAttribute[],
  values: ObjectValue,
): Diagnostic[] {
  const failures = checkArguments(question, propertiesOf(argumentsIn(attributes), values));
  return failures.map((failure) => failureDiagnostic(failure, attributes));
}

export function argumentsIn(attributes: readonly TerraformAttribute[]): readonly TerraformAttribute[] {
  return attributes.filter(({ role }) => role === "required" || role === "steering");
}
