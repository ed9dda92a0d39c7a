/** Serves ReadDataSource, which reads what a data source describes, and changes nothing. */

import type { ListOptions } from "../../engine/resource/definition.ts";
import { dataSourceNamed, readPresent, writeObject } from "../blocks.ts";
import { warningDiagnostic } from "../diagnostics.ts";
import { idOf } from "../identity.ts";
import { type Properties, propertiesOf, valuesOf } from "../properties.ts";
import type { Call } from "../session.ts";
import type { ObjectValue } from "../values.ts";
import { argumentFaults, argumentsIn } from "./validate.ts";

export const readDataSource: Call<"readDataSource"> = async (session, request) => {
  const source = dataSourceNamed(request.typeName);
  const config = readPresent(request.config, source);
  // The arguments are checked again, because a value that was unknown in the validation is known now.
  const faults = argumentFaults(source.question, source.attributes, config);
  if (faults.length > 0) return { diagnostics: faults };
  const { ask } = await session.handlers();
  const warnings: string[] = [];
  const question = ask[source.question] as (args: unknown, options: ListOptions) => Promise<Properties>;
  const given = argumentsIn(source.attributes);
  const response = await question(propertiesOf(given, config), {
    signal: session.signal,
    warn: (line) => void warnings.push(line),
  });
  // Hosts require configured values back unchanged.
  const configured: ObjectValue = Object.fromEntries(
    given.map(({ name }) => [name, config[name] ?? null] as const).filter(([, value]) => value !== null),
  );
  const values = { ...valuesOf(source, response), ...configured };
  const id = idOf(source, values);
  return {
    state: writeObject(source.idNames.length === 0 ? values : { ...values, id: id ?? null }, source),
    diagnostics: warnings.map(warningDiagnostic),
  };
};
