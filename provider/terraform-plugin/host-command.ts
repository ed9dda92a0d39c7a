/**
 * Finds out whether a `plan` or `apply` of the host started this provider, with a refresh and without `-destroy`. The
 * protocol does not report it, so the file reads the host's command line, which only Linux shows, and the variables
 * TF_CLI_ARGS.
 *
 * With the answer, rpc/plan-resource-change.ts decides whether a creation that cannot succeed is an error of the plan.
 * Under any other or an unknown command it is only a warning. For example, `tofu destroy` first plans the whole
 * configuration (OpenTofu, context_plan.go: destroyPlan), with resources that earlier runs have deleted. An error there
 * would stop a deletion that takes weeks.
 */

import { readFileSync } from "node:fs";

/** The variables with arguments that a host adds to its command line. */
export interface HostArguments {
  readonly TF_CLI_ARGS?: string | undefined;
  readonly TF_CLI_ARGS_plan?: string | undefined;
  readonly TF_CLI_ARGS_apply?: string | undefined;
}

/**
 * Returns the command if it plans or applies a configuration with a refresh, and destroys nothing that the configuration
 * has.
 */
export function configuringCommand(words: readonly string[]): "plan" | "apply" | undefined {
  const [subcommand = ""] = words.slice(1).filter((word) => !word.startsWith("-"));
  const isOther = (word: string): boolean =>
    /^--?(?:(?:destroy|refresh-only)(?:=(?:1|t|true))?|refresh=(?:0|f|false))$/i.test(word);
  if (words.some(isOther)) return undefined;
  return subcommand === "plan" || subcommand === "apply" ? subcommand : undefined;
}

/** The words of the host's command line. Only Linux shows them, as a file; empty on other systems. */
export function wordsOfHost(
  pid: number,
  { TF_CLI_ARGS = "", TF_CLI_ARGS_plan = "", TF_CLI_ARGS_apply = "" }: HostArguments,
): readonly string[] {
  const added = [TF_CLI_ARGS, TF_CLI_ARGS_plan, TF_CLI_ARGS_apply].join(" ").split(/\s+/);
  try {
    const words = [...readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0"), ...added];
    return words.filter((word) => word !== "");
  } catch {
    return [];
  }
}
