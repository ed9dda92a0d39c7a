/** Shared parts of the functions for Pulumi programs. These functions change nothing at the service. */

import { Config, type Input, log, type Output, output } from "@pulumi/pulumi";
import { openHandlers, storedSettings } from "../compose/engines.ts";
import type { ListOptions } from "../engine/resource/definition.ts";

const warn = (line: string): void => void log.warn(line);
/** A program is stopped as a whole; the calls' own deadlines bound it. */
export const unstoppable: ListOptions = { signal: new AbortController().signal, warn };
export const { ask } = openHandlers(
  () => {
    const config = new Config("uko");
    return storedSettings((name) => config.get(name));
  },
  { progress: { report: () => {} }, warn },
  { rerun: "pulumi destroy" },
);

/** The same function for arguments that depend on other resources' outputs. */
export function ofOutput<Args extends object, Result>(
  call: (args: Args) => Promise<Result>,
): (args: { readonly [Name in keyof Args]: Input<Args[Name]> }) => Output<Result> {
  return (args) => output(args).apply((known) => call(known as Args)) as Output<Result>;
}
