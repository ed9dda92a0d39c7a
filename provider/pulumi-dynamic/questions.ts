/**
 * Connects the functions of the npm package with the service. They only read, and run in the process of the Pulumi
 * program.
 */

import { Config, type Input, log, type Output, output } from "@pulumi/pulumi";
import { openHandlers, storedSettings } from "../compose/engines.ts";
import type { ListOptions } from "../engine/resource/definition.ts";

const warn = (line: string): void => void log.warn(line);
/** The options of a read that cannot be canceled: a program is stopped as a whole, and each call has a deadline. */
export const unstoppable: ListOptions = { signal: new AbortController().signal, warn };
export const { ask } = openHandlers(
  () => {
    const config = new Config("uko");
    return storedSettings((name) => config.get(name));
  },
  { progress: { report: () => {} }, warn },
  { rerun: "pulumi destroy" },
);

/** Makes a function accept arguments that depend on the outputs of other resources. */
export function acceptOutputs<Args extends object, Result>(
  call: (args: Args) => Promise<Result>,
): (args: { readonly [Name in keyof Args]: Input<Args[Name]> }) => Output<Result> {
  return (args) => output(args).apply((known) => call(known as Args)) as Output<Result>;
}
