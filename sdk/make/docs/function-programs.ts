/**
 * An example program for each function in each language of Pulumi. Each program asks for the object that the examples of
 * the resource name, and exports one part of the result, so one template for each language serves all functions.
 */

import { functions } from "../../../provider/resources/functions.ts";
import { type Attribute, argumentAttributes } from "../../../provider/resources/schema/attributes.ts";
import { snake } from "../../../provider/resources/schema/terraform-leaves.ts";
import { capital } from "../../../provider/text/printable.ts";
import { described, describedNames, type FunctionName, type ResourceName, resultOf } from "../described.ts";
import { documentationOf, type Example } from "./documentation.ts";

interface Argument {
  readonly name: string;
  readonly value: string;
}

/** The names of the objects in the examples, for functions that accept a name. */
const exampleNames: Readonly<Record<string, string>> = {
  getVault: "payments",
  getKeystore: "payroll-ring",
  getKeyTemplate: "payroll",
  getManagedKey: "payroll",
};

/** The arguments that name the object of a resource's examples: by its name, or by its ID if names are not unique. */
function exampleArguments(name: FunctionName): readonly Argument[] {
  const names = argumentsOf(name).filter(({ isRequired }) => isRequired);
  const resource = describedNames.find((each: ResourceName) => name === `get${each}`) ?? "ManagedKey";
  const [objectName, property] = [exampleNames[name], described[resource].uniqueBy?.at(-1)];
  if (objectName !== undefined && property !== undefined) {
    const [vaultId = ""] = documentationOf(resource).exampleId.split("/");
    return [...names.map((each) => ({ name: each.name, value: vaultId })), { name: property, value: objectName }];
  }
  if (names.length === 0) return [];
  const values = documentationOf(resource).exampleId.split("/").slice(-names.length);
  return names.map((each, at) => ({ name: each.name, value: values[at] ?? "" }));
}

/** The arguments as one object of a program in TypeScript: `{ vaultId: "…", keyId: "…" }`; empty without arguments. */
export function argumentsText(name: FunctionName): string {
  const given = exampleArguments(name).map((each) => `${each.name}: "${each.value}"`);
  return given.length === 0 ? "" : `{ ${given.join(", ")} }`;
}

export const exampleFunctions = Object.keys(functions) as readonly FunctionName[];

export function functionPrograms(name: FunctionName): Example["programs"] {
  const given = exampleArguments(name);
  const shown = shownPart(name);
  const inGo = capital(name.replace(/^get/, "Lookup"));
  const argumentsInGo = argumentsOf(name).length === 0 ? "" : `, uko.${inGo}OutputArgs{${fieldsInGo(given)}}`;
  return {
    typescript: `import * as uko from "@uko/pulumi";

const found = uko.${name}Output(${argumentsText(name)});

export const ${shown} = found.${shown};`,
    python: `import pulumi
import pulumi_uko as uko

found = uko.${snake(name)}_output(${given.map((each) => `${snake(each.name)}="${each.value}"`).join(", ")})

pulumi.export("${snake(shown)}", found.${snake(shown)})`,
    go: `package main

import (
	"github.com/pulumi-uko/pulumi-uko/sdk/go/uko"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		found := uko.${inGo}Output(ctx${argumentsInGo})
		ctx.Export("${shown}", found.${capital(shown)}())
		return nil
	})
}`,
    java: `import com.pulumi.Pulumi;
import io.github.pulumi_uko.uko.UkoFunctions;
${given.length === 0 ? "" : `import io.github.pulumi_uko.uko.inputs.${capital(name)}Args;\n`}import io.github.pulumi_uko.uko.outputs.${capital(name)}Result;

public final class App {
    public static void main(String[] args) {
        Pulumi.run(context -> {
            var found = UkoFunctions.${name}(${argumentsInJava(name, given)});

            context.export("${shown}", found.applyValue(${capital(name)}Result::${shown}));
        });
    }
}`,
    yaml: [
      "name: found",
      "runtime: yaml",
      "variables:",
      "  found:",
      "    fn::invoke:",
      `      function: uko:${name}`,
      ...(given.length === 0 ? [] : ["      arguments:"]),
      ...given.map((each) => `        ${each.name}: ${each.value}`),
      "outputs:",
      `  ${shown}: \${found.${shown}}`,
    ].join("\n"),
  };
}

function argumentsOf(name: FunctionName): readonly Attribute[] {
  return argumentAttributes(functions[name]);
}

/** The part of the result that a reader wants first: the plan in words, the ID that a name has, a name, or the list. */
function shownPart(name: FunctionName): string {
  const parts = resultOf(name);
  const ownId = name in exampleNames ? argumentsOf(name).find(({ isRequired }) => !isRequired)?.name : undefined;
  if (ownId !== undefined) return ownId;
  const [first] = ["explanation", "label", "name"].filter((each) => parts.some((part) => part.name === each));
  return first ?? parts[0]?.name ?? "";
}

function argumentsInJava(name: FunctionName, given: readonly Argument[]): string {
  const indent = " ".repeat(16);
  const lines = given.map((each) => `${indent}.${each.name}("${each.value}")\n`).join("");
  return lines === "" ? "" : `${capital(name)}Args.builder()\n${lines}${indent}.build()`;
}

/** The fields of a Go struct, aligned as gofmt does. */
function fieldsInGo(given: readonly Argument[]): string {
  const width = Math.max(0, ...given.map(({ name }) => name.length));
  const lines = given.map(
    ({ name, value }) => `\t\t\t${`${capital(name)}:`.padEnd(width + 1)} pulumi.String("${value}"),\n`,
  );
  return lines.length === 0 ? "" : `\n${lines.join("")}\t\t`;
}
