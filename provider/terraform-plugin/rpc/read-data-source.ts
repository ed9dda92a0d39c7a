/** ReadDataSource: answers a program's question and changes nothing. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { ListOptions } from "../../engine/resource/definition.ts";
import { argumentFaults, argumentsIn } from "../arguments.ts";
import { dataSourceNamed, readPresent, writeObject } from "../blocks.ts";
import { warningDiagnostic } from "../diagnostics.ts";
import { idOf } from "../identity.ts";
import { type Properties, propertiesOf, valuesOf } from "../properties.ts";
import type { ReadDataSource_RequestSchema, ReadDataSource_ResponseSchema } from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";

export async function readDataSource(
  session: Session,
  request: MessageShape<typeof ReadDataSource_RequestSchema>,
): Promise<MessageInitShape<typeof ReadDataSource_ResponseSchema>> {
  const source = dataSourceNamed(request.typeName);
  const config = readPresent(request.config, source);
  // A value that was unknown when the configuration was validated is known now.
  const faults = argumentFaults(source.question, source.attributes, config);
  if (faults.length > 0) return { diagnostics: faults };
  const { ask } = await session.handlers();
  const warnings: string[] = [];
  const question = ask[source.question] as (args: unknown, options: ListOptions) => Promise<Properties>;
  const given = argumentsIn(source.attributes);
  const answer = await question(propertiesOf(given, config), {
    signal: session.signal,
    warn: (line) => void warnings.push(line),
  });
  const values = { ...valuesOf(source, answer), ...pick(config, given) };
  const id = idOf(source, values);
  return {
    state: writeObject(source.idNames.length === 0 ? values : { ...values, id: id ?? null }, source),
    diagnostics: warnings.map(warningDiagnostic),
  };
}

/** Hosts require configured values back unchanged. */
function pick<T>(values: Readonly<Record<string, T>>, attributes: readonly { readonly name: string }[]) {
  return Object.fromEntries(attributes.map(({ name }) => [name, values[name] as T]));
}
