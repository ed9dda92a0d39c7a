/**
 * The explanation of one run with one key: a first line that is complete in itself, facts, the next
 * commands, the code.
 */

import type { ErrorCode } from "../errors.ts";

/** A next step: who may take it, and commands that work when pasted. */
export interface NextStep {
  readonly who: string;
  readonly commands: readonly string[];
}

export interface Explanation {
  readonly summary: string;
  readonly facts: readonly string[];
  readonly next: readonly NextStep[];
  /** Absent if everything is done. */
  readonly code?: ErrorCode;
}

/** OpenTofu's command line, or Terraform's. */
export type HclCommand = "tofu" | "terraform";

/** The interface that the reader used, so that the next command is one that they know. */
export interface Door {
  /**
   * The command that reaches the key again, without consent: `pulumi destroy`, or `uko continue` if
   * there is no program.
   */
  readonly rerun: "pulumi destroy" | "pulumi up" | `${HclCommand} destroy` | `${HclCommand} apply` | "uko continue";
  /**
   * The resource's URN, if the engine passes it. Without a URN, `pulumi destroy` would target the
   * whole stack, and every command the stack that is selected.
   */
  readonly target?: string;
}

/**
 * Any other text could be more than a URN to the shell that it is pasted into. It comes from a
 * state that others can edit.
 */
const urnForm = /^urn:pulumi:[A-Za-z0-9 ._:$/@+~#,=-]{1,1000}$/;

/** The URN, if a command can carry it in single quotes. */
export function shellSafeUrn(urn: string | undefined): string | undefined {
  return urn !== undefined && urnForm.test(urn) ? urn : undefined;
}

/**
 * `pulumi destroy --stack <stack> --target '<URN>'`, `pulumi up --stack <stack>`, or either without
 * a URN as it is. The reader may have another stack selected.
 */
export function rerunCommand({ rerun, target }: Door): string {
  const urn = shellSafeUrn(target);
  const stack = onStack(urn);
  if (urn === undefined || !rerun.startsWith("pulumi")) return rerun;
  return rerun === "pulumi destroy" ? `${rerun}${stack} --target '${urn}'` : `${rerun}${stack}`;
}

/** The flag that selects the stack of a URN, with a blank before it; empty if the name needs quotes. */
export function onStack(urn: string | undefined): string {
  const [, stack] = /^urn:pulumi:([A-Za-z0-9_.][A-Za-z0-9_.-]*)::/.exec(urn ?? "") ?? [];
  return stack === undefined ? "" : ` --stack ${stack}`;
}

/** The engine's command that applies a changed program. */
export type ApplyCommand = "pulumi up" | `${HclCommand} apply`;

/** Undefined for a reader at the command line, because the purpose of their program is unknown. */
export function applyCommand({ rerun }: Door): ApplyCommand | undefined {
  if (rerun === "uko continue") return undefined;
  if (rerun === "pulumi destroy" || rerun === "pulumi up") return "pulumi up";
  return rerun.startsWith("tofu") ? "tofu apply" : "terraform apply";
}

/** The same command for use within a sentence. */
export function sayApply(door: Door): string {
  return applyCommand(door) ?? "pulumi up or tofu apply";
}

/** The next step if deletion protection stops a deletion. */
export function sayUnprotect(door: Door): string {
  if (door.rerun === applyCommand(door))
    return `Write deletionProtection: false in the program, and run ${door.rerun}.`;
  return `Write deletionProtection: false in the program, run ${sayApply(door)}, and then destroy.`;
}

/** Renders for a terminal or an engine's diagnostics. Tables show only the first line. */
export function renderExplanation(explanation: Explanation): string {
  const next = explanation.next
    .flatMap(byScope)
    .flatMap(({ who, commands }, index) => [
      `  ${index === 0 ? "Next:" : "  or:"} ${who}`,
      ...commands.map((command) => `    ${command}`),
    ]);
  const code = explanation.code === undefined ? [] : [`  [${explanation.code}]`];
  return [explanation.summary, ...explanation.facts.map((fact) => `  ${fact}`), ...next, ...code].join("\n");
}

/**
 * The reader asked about one resource. An engine's command that does not name the resource affects
 * more, and the text must say so. OpenTofu and Terraform do not pass the name to a provider, so
 * their narrow commands come first: the key alone, then what left the configuration, then
 * everything.
 */
function byScope({ who, commands }: NextStep): readonly NextStep[] {
  if (commands.some((command) => command.endsWith("pulumi destroy"))) {
    return [{ who: `${who} (pulumi destroy goes for everything in the stack)`, commands }];
  }
  const broad = commands.filter((command) => /\b(?:tofu|terraform) destroy$/.test(command));
  if (broad.length === 0) return [{ who, commands }];
  const narrow = commands.filter((command) => !broad.includes(command));
  const applied = broad.map((command) => command.replace(/destroy$/, "apply"));
  return [
    ...(narrow.length === 0
      ? [{ who: `${who}, for what left the configuration`, commands: applied }]
      : [
          { who, commands: narrow },
          { who: "the same for what left the configuration", commands: applied },
        ]),
    { who: "the same for everything in the state, or what -target names", commands: broad },
  ];
}
