/** What a person is told about one run with one key: a first line complete in itself, facts, the next commands, the code. */

import type { ErrorCode } from "../../errors.ts";

/** A way on: who may take it, and commands that work when pasted. */
export interface NextStep {
  readonly who: string;
  readonly commands: readonly string[];
}

export interface Explanation {
  readonly summary: string;
  readonly facts: readonly string[];
  readonly next: readonly NextStep[];
  /** Absent where all is done. */
  readonly code?: ErrorCode;
}

/** OpenTofu's command line, or Terraform's. */
export type HclCommand = "tofu" | "terraform";

/** How the reader got here, so that the next command is one that they know. */
export interface Door {
  /** The command that meets the key again, without consent: `pulumi destroy`, or `uko continue` where there is no program. */
  readonly rerun: "pulumi destroy" | "pulumi up" | `${HclCommand} destroy` | `${HclCommand} apply` | "uko continue";
  /** The resource's URN, where the engine tells it: without one `pulumi destroy` goes for everything in the stack. */
  readonly target?: string;
}

/** Everything else could be more than a URN to the shell that it is pasted into; it comes from a state that others can edit. */
const urnForm = /^urn:pulumi:[A-Za-z0-9 ._:$/@+~#,=-]{1,1000}$/;

/** The URN, if a command can carry it in single quotes. */
export function shellSafeUrn(urn: string | undefined): string | undefined {
  return urn !== undefined && urnForm.test(urn) ? urn : undefined;
}

/** `pulumi destroy --target '<URN>'`, `pulumi up`, or `pulumi destroy` for want of a URN. */
export function rerunCommand(door: Door): string {
  const target = shellSafeUrn(door.target);
  if (door.rerun !== "pulumi destroy" || target === undefined) return door.rerun;
  return `pulumi destroy --target '${target}'`;
}

/** The engine's command that brings a changed program about. */
export type ApplyCommand = "pulumi up" | `${HclCommand} apply`;

/** Undefined where the reader is at the command line, since nobody knows what their program is for. */
export function applyCommand({ rerun }: Door): ApplyCommand | undefined {
  if (rerun === "uko continue") return undefined;
  if (rerun === "pulumi destroy" || rerun === "pulumi up") return "pulumi up";
  return rerun.startsWith("tofu") ? "tofu apply" : "terraform apply";
}

/** The same within a sentence. */
export function sayApply(door: Door): string {
  return applyCommand(door) ?? "pulumi up or tofu apply";
}

/** The way on where deletion protection stops a deletion. */
export function sayUnprotect(door: Door): string {
  if (door.rerun === applyCommand(door))
    return `Write deletionProtection: false in the program, and run ${door.rerun}.`;
  return `Write deletionProtection: false in the program, run ${sayApply(door)}, and then destroy.`;
}

/** Renders for a terminal or an engine's diagnostics: only the first line is shown in tables. */
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
 * The reader came for one resource; pasted, an engine's command without its name goes for more, and has to say so. OpenTofu and Terraform
 * tell nobody the name, so what is narrow comes first there: the key alone, then what left the configuration, then everything.
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
