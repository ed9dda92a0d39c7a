/** Comparison of what `uko` printed with the published form of its JSON. */

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";
import { type jsonFormNames, jsonForms, jsonSchemaText } from "../../sdk/make/docs/json-forms.ts";

export type FormName = (typeof jsonFormNames)[number];

const compiled = new Map<FormName, ValidateFunction>();

function validatorOf(name: FormName): ValidateFunction {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const made = new Ajv2020({ strict: false }).compile(JSON.parse(jsonSchemaText(name)) as object);
  compiled.set(name, made);
  return made;
}

/** A form drops the fields that it does not know, so equal means that it knows all. */
export function expectForm(name: FormName, out: string): void {
  const lines = out.split("\n").filter((line) => line !== "");
  const accepts = validatorOf(name);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines.map((each) => JSON.parse(each) as object)) {
    expect(jsonForms[name].parse(line)).toEqual(line);
    expect(accepts(line), JSON.stringify(accepts.errors)).toBe(true);
  }
}

const formOf: Readonly<Record<string, FormName>> = Object.fromEntries(
  (["plan", "status", "review", "next"] as const).map((name) => [name, `campaign-${name}`]),
);

/** The same for a command of `uko campaign`, by what it printed. */
export function expectCampaignForm(command: string, out: string): void {
  const [name = ""] = command.split(" ");
  const line = JSON.parse(out) as Readonly<Record<string, unknown>>;
  if (line.error !== undefined) expectForm("error", out);
  else if (line.gate !== undefined) expectForm("campaign-gate", out);
  else if (line.found !== undefined) expectForm("campaign-find", out);
  else if (line.groups !== undefined) expectForm("campaign-draft", out);
  else if (line.containers !== undefined) expectForm("campaign-end", out);
  else if (name === "next" && line.unstarted !== undefined) expectForm("campaign-run", out);
  else if (name === "next" && line.apart !== undefined) expectForm("campaign-review", out);
  else expectForm(formOf[name] ?? "campaign-run", out);
}
