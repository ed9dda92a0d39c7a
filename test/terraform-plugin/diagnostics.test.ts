/** Diagnostics: every error of the catalog, in Terraform's words, at its attribute. */

import { describe, expect, test } from "vitest";
import { type ErrorCode, errorCatalog, UkoError } from "../../provider/errors.ts";
import { terraformResources } from "../../provider/resources/schema/terraform.ts";
import {
  type Diagnostic,
  diagnosticOf,
  failureDiagnostic,
  unfinishedDiagnostic,
  warningDiagnostic,
} from "../../provider/terraform-plugin/diagnostics.ts";
import { Diagnostic_Severity } from "../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";

const attributesOf = (typeName: string) => terraformResources.get(typeName)?.attributes ?? [];
const ofKey = attributesOf("uko_managed_key");
const placeOf = ({ attribute }: Diagnostic) =>
  attribute?.steps?.map(({ selector }) => `${selector?.case}:${String(selector?.value)}`).join(" ");

test.each(Object.keys(errorCatalog) as ErrorCode[])(
  "%s is an error with a summary, and its code in the detail",
  (code) => {
    const { severity, summary, detail } = diagnosticOf(new UkoError(code, { detail: "Run again." }));
    expect(severity).toBe(Diagnostic_Severity.ERROR);
    expect(summary).toBe(errorCatalog[code].summary);
    expect(detail).toBe(`Run again.\n[${code}]`);
    expect(unfinishedDiagnostic(code, `It waits\n  for you\n  [${code}]`, [])).toMatchObject({
      ...{ severity: Diagnostic_Severity.ERROR, summary: errorCatalog[code].summary },
      detail: `  It waits\n  for you\n  [${code}]`,
    });
  },
);

test("an internal fault is reported as such, without the stack of another library", () => {
  const { summary, detail } = diagnosticOf(new TypeError("x is not a function"));
  expect(summary).toBe("Unexpected error in uko");
  expect(detail).toBe("Please report it: x is not a function\n[UKO_BUG]");
  expect(diagnosticOf("thrown text").detail).toContain("thrown text");
});

test("text of the service or of a state cannot control the reader's terminal, whatever the message", () => {
  const hostile = "\u001b[31mred\u001b]0;title\u0007\u202etxt\r\nnext\u0000";
  const shown = "\\u{1b}[31mred\\u{1b}]0;title\\u{7}\\u{202e}txt";
  expect(diagnosticOf(new UkoError("UKO_INPUT_INVALID", { summary: "It", detail: hostile })).detail).toBe(
    `${shown}\nnext\\u{0}\n[UKO_INPUT_INVALID]`,
  );
  expect(warningDiagnostic(hostile)).toMatchObject({ summary: shown, detail: "next\\u{0}" });
});

test("protection is reported at its attribute", () => {
  expect(placeOf(diagnosticOf(new UkoError("UKO_DELETION_PROTECTED"), ofKey))).toBe(
    "attributeName:deletion_protection",
  );
  expect(placeOf(diagnosticOf(new UkoError("UKO_DELETION_PROTECTED")))).toBeUndefined();
});

describe("a failed check", () => {
  const ofKeystore = attributesOf("uko_keystore");
  const ofKms = attributesOf("uko_kms_key");
  const ofTemplate = attributesOf("uko_key_template");

  test.each([
    [ofKey, "vaultId", "vault_id: is odd", "attributeName:vault_id"],
    [ofKeystore, "aws.secretAccessKey", "aws_secret_access_key: is odd", "attributeName:aws_secret_access_key"],
    [ofKey, "tags.team", 'tags["team"]: is odd', "attributeName:tags elementKeyString:team"],
    [ofKey, "tags.a.b", 'tags["a.b"]: is odd', "attributeName:tags elementKeyString:a.b"],
    [ofKey, "tags.", 'tags[""]: is odd', "attributeName:tags elementKeyString:"],
    [ofTemplate, "azure.operations.1", "azure_operations[1]: is odd", "attributeName:azure_operations elementKeyInt:1"],
    // A path cannot lead to an element of a set.
    [ofKms, "aliases.1", "aliases: is odd", "attributeName:aliases"],
    [ofKey, "labbel", "labbel: is odd", undefined],
    [ofKey, "", "is odd", undefined],
  ])("is reported at its attribute or within it, under its flat name", (attributes, property, summary, place) => {
    const diagnostic = failureDiagnostic({ property, reason: "is odd" }, attributes);
    expect([diagnostic.summary, placeOf(diagnostic)]).toEqual([summary, place]);
  });

  test("has its remedy in the detail", () => {
    const failure = { property: "vaultId", reason: "cannot change", remedy: "create a new key; then move to it" };
    expect(failureDiagnostic(failure, ofKey)).toMatchObject({
      summary: "vault_id: cannot change",
      detail: "Create a new key; then move to it.",
    });
  });
});
