/** Breaking changes: what a new schema removes from programs and stacks that use an older one. */

import type { EnumSpec, ObjectSpec, PackageSpec, PropertySpec } from "./pulumi/package-spec.ts";

/** As a committed file has it, whichever release wrote it. */
export type Schema = Pick<PackageSpec, "config" | "provider" | "types" | "resources" | "functions">;

type Properties = Readonly<Record<string, PropertySpec>>;
type Findings = readonly string[];

/** Returns a sentence for each breaking change, and none for additions. Pure. */
export function breakingChanges(before: Schema, after: Schema): Findings {
  return [
    ...inBoth("resource", before.resources, after.resources, (name, old, now) => [
      ...inputBreaks(name, old.inputProperties, now.inputProperties, old.requiredInputs, now.requiredInputs),
      ...outputBreaks(name, old.properties, now.properties, old.required, now.required),
      ...aliasesOf(old)
        .filter((alias) => !aliasesOf(now).includes(alias))
        .map((alias) => `${name}: stacks with the type ${alias} would lose their resources, since the alias is gone`),
      ...(old.listInputs !== undefined && now.listInputs === undefined ? [`${name}: can be listed no longer`] : []),
    ]),
    ...inBoth("function", before.functions, after.functions, (name, old, now) => [
      ...inputBreaks(name, old.inputs?.properties, now.inputs?.properties, old.inputs?.required, now.inputs?.required),
      ...outputBreaks(name, old.outputs.properties, now.outputs.properties, old.outputs.required, now.outputs.required),
    ]),
    ...inBoth("type", before.types, after.types, typeBreaks),
    ...inputBreaks(
      "provider",
      before.provider.inputProperties,
      after.provider.inputProperties,
      [],
      after.provider.requiredInputs,
    ),
    ...inputBreaks("config", before.config.variables, after.config.variables, [], []),
  ];
}

function inBoth<T>(
  what: string,
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
  compare: (name: string, before: T, after: T) => Findings,
): Findings {
  return Object.entries(before).flatMap(([name, old]) => {
    const now = after[name];
    return now === undefined ? [`the ${what} ${name} is gone`] : compare(name, old, now);
  });
}

/** An object type may stand on either side, so it has to be neither stricter nor looser. */
function typeBreaks(name: string, before: ObjectSpec | EnumSpec, after: ObjectSpec | EnumSpec): Findings {
  if ("enum" in before && "enum" in after) {
    const values = after.enum.map(({ value }) => value);
    const names = after.enum.map((each) => each.name);
    return before.enum
      .filter((each) => !values.includes(each.value) || !names.includes(each.name))
      .map((each) => `${name}: the value ${each.value} (${each.name}) is gone`);
  }
  if ("enum" in before || "enum" in after) return [`${name}: is of another kind`];
  return [
    ...inputBreaks(name, before.properties, after.properties, before.required, after.required),
    ...outputBreaks(name, before.properties, after.properties, before.required, after.required),
  ].filter((finding, index, all) => all.indexOf(finding) === index);
}

function inputBreaks(
  name: string,
  before: Properties = {},
  after: Properties = {},
  requiredBefore: readonly string[] = [],
  requiredAfter: readonly string[] = [],
): Findings {
  return [
    ...propertyBreaks(name, before, after),
    ...requiredAfter
      .filter((property) => !requiredBefore.includes(property))
      .map((property) => `${name}.${property}: has to be given from now on`),
  ];
}

function outputBreaks(
  name: string,
  before: Properties,
  after: Properties,
  requiredBefore: readonly string[] = [],
  requiredAfter: readonly string[] = [],
): Findings {
  return [
    ...propertyBreaks(name, before, after),
    ...requiredBefore
      .filter((property) => property in after && !requiredAfter.includes(property))
      .map((property) => `${name}.${property}: may be absent from now on`),
  ];
}

function propertyBreaks(owner: string, before: Properties, after: Properties): Findings {
  return Object.entries(before).flatMap(([name, old]) => {
    const now = after[name];
    const place = `${owner}.${name}`;
    if (now === undefined) return [`${place}: is gone`];
    return [
      ...(typeText(old) === typeText(now) ? [] : [`${place}: was ${typeText(old)}, is ${typeText(now)}`]),
      ...(old.secret === true && now.secret !== true ? [`${place}: is no secret any more`] : []),
      ...(old.default === now.default
        ? []
        : [`${place}: what leaving it out means was ${old.default}, is ${now.default}`]),
    ];
  });
}

function typeText(property: PropertySpec): string {
  if ("$ref" in property) return property.$ref;
  switch (property.type) {
    case "array":
      return `a list of ${typeText(property.items)}`;
    case "object":
      return `a map of ${typeText(property.additionalProperties)}`;
    default:
      return property.type;
  }
}

function aliasesOf({ aliases = [] }: { readonly aliases?: readonly { readonly type: string }[] }): readonly string[] {
  return aliases.map(({ type }) => type);
}
