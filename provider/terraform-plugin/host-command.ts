/**
 * Which command of the host started this provider. Neither protocol nor environment says it, and it
 * decides whether a creation that cannot succeed is an error: `tofu destroy` first plans the whole
 * configuration (OpenTofu, context_plan.go: destroyPlan), also the resources that earlier runs have
 * deleted. An error there would stop a deletion that takes weeks.
 */

import { readFileSync } from "node:fs";

/** Variables with arguments that a host adds to those of its command line. */
export interface HostArguments {
  readonly TF_CLI_ARGS?: string | undefined;
  readonly TF_CLI_ARGS_plan?: string | undefined;
  readonly TF_CLI_ARGS_apply?: string | undefined;
}

/** The command of a host that plans or applies a configuration, reads the service for it, and destroys nothing. */
export function configuringCommand(words: readonly string[]): "plan" | "apply" | undefined {
  const [subcommand = ""] = words.slice(1).filter((word) => !word.startsWith("-"));
  const isOther = (word: string): boolean => /^--?(?:destroy|refresh-only)(?:=true)?$|^--?refresh=false$/.test(word);
  if (words.some(isOther)) return undefined;
  return subcommand === "plan" || subcommand === "apply" ? subcommand : undefined;
}

/** The words of a host's command. Empty on a system that does not show them: only Linux does, as a file. */
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
