/**
 * Defines the explanation with which a run on one object ends, and renders it for a terminal or an engine. A person may
 * have edited a state, so a text from a state becomes a part of a command only if no shell could take it for anything
 * else.
 */

import type { ErrorCode } from "../../errors.ts";
import { printableLines } from "../../text/printable.ts";
import { dialectOf } from "./dialect.ts";
import { runnable } from "./own-commands.ts";

/** A next step, and commands that work when pasted. */
export interface NextStep {
  /** Who may take it and when: a clause that ends in "run" or "runs". */
  readonly who: string;
  /** Alternatives: one of them is enough, except with `isEach`. */
  readonly commands: readonly string[];
  /** The facts of `who` for machines: roles, one of which the commands require. */
  readonly neededRoles?: readonly string[];
  /** The IAM ID of the person who cannot run the commands; the mark if the ID is not known. */
  readonly excludedIdentity?: string;
  /** The commands are refused before this time, ISO 8601 UTC. */
  readonly notBefore?: string;
  /** Each command is about another object, so all of them must run. */
  readonly isEach?: true;
  /** This step comes after the previous one; otherwise the steps are alternatives. */
  readonly isSequel?: true;
}

export interface Explanation {
  readonly summary: string;
  readonly facts: readonly string[];
  /** One of the facts: that no approval of the last step is known. Even the shortest message has it. */
  readonly unapproved?: string;
  /** The present state of the object: `active, in use by 2 resources`. */
  readonly state?: string;
  readonly isUnchanged?: true;
  readonly next: readonly NextStep[];
  /** Absent if everything is done. */
  readonly code?: ErrorCode;
}

export type HclCommand = "tofu" | "terraform";

/** The interface that the reader used, so that the next command is one that they know. */
export interface UserInterface {
  /** The command that reaches the key again, without consent; `uko continue` if there is no program. */
  readonly rerun: "pulumi destroy" | "pulumi up" | `${HclCommand} destroy` | `${HclCommand} apply` | "uko continue";
  /** The resource's URN, if known. Without it, `pulumi destroy` would target the whole stack. */
  readonly target?: string;
  /** How the reader's machine starts the commands of `uko` if `uko` is not on PATH there. */
  readonly program?: string | undefined;
}

/** The form of a URN. A state can be edited, and any other text could be a command to a shell. */
const urnForm = /^urn:pulumi:[A-Za-z0-9 ._:$/@+~#,=-]{1,1000}$/;

/** The URN, if a command can carry it in single quotes. */
export function shellSafeUrn(urn: string | undefined): string | undefined {
  return urn !== undefined && urnForm.test(urn) ? urn : undefined;
}

/**
 * Writes a text as one word of a shell. Characters that a terminal would not show are left out here. If they were
 * removed later, a terminal sequence could take the closing quote with it.
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${printableLines(text).replaceAll("'", "'\\''")}'`;
}

/**
 * The command to run again, with the stack and the target if the URN is known, because the reader may have another
 * stack selected.
 */
export function rerunCommand({ rerun, target }: UserInterface): string {
  const urn = shellSafeUrn(target);
  const stack = onStack(urn);
  if (urn === undefined || !rerun.startsWith("pulumi")) return rerun;
  return rerun === "pulumi destroy" ? `${rerun}${stack} --target '${urn}'` : `${rerun}${stack}`;
}

/** The option `aliases` with a resource's former URN, by the `runtime` of the project file. */
const aliasOptions: Readonly<Record<string, (urn: string) => string>> = {
  python: (urn) => `opts=pulumi.ResourceOptions(aliases=["${urn}"])`,
  go: (urn) => `pulumi.Aliases([]pulumi.Alias{{URN: pulumi.URN("${urn}")}})`,
  java: (urn) => `CustomResourceOptions.builder().aliases(Alias.withUrn("${urn}"))`,
};

/**
 * The option `aliases` as the program's language writes it. TypeScript and YAML write it alike, and so does the message
 * if the runtime is not known.
 */
export function aliasOption(urn: string, runtime = ""): string {
  return aliasOptions[runtime]?.(urn) ?? `aliases: ["${urn}"]`;
}

/** The flag that selects the stack of a URN, with a blank before it; empty if the name needs quotes. */
export function onStack(urn: string | undefined): string {
  const [, stack] = /^urn:pulumi:([A-Za-z0-9_.][A-Za-z0-9_.-]*)::/.exec(urn ?? "") ?? [];
  return stack === undefined ? "" : ` --stack ${stack}`;
}

export type ApplyCommand = "pulumi up" | `${HclCommand} apply`;

/**
 * The command that applies a program; undefined for a reader at the command line, because the purpose of their program
 * is unknown.
 */
export function applyCommand({ rerun }: UserInterface): ApplyCommand | undefined {
  if (rerun === "uko continue") return undefined;
  if (rerun === "pulumi destroy" || rerun === "pulumi up") return "pulumi up";
  return rerun.startsWith("tofu") ? "tofu apply" : "terraform apply";
}

/** The commands that apply a changed program, for a message; the reader at the command line gets both. */
export function applyCommands(userInterface: UserInterface): readonly string[] {
  const rerun = applyCommand(userInterface);
  return rerun === undefined ? ["pulumi up", "tofu apply"] : [rerunCommand({ ...userInterface, rerun })];
}

/** The next steps if deletion protection stops a deletion; `again` are the commands of the deletion. */
export function unprotect(userInterface: UserInterface, again: readonly string[]): readonly NextStep[] {
  const { program, assignment } = dialectOf(userInterface.rerun);
  const apply = applyCommand(userInterface);
  const turnOff: NextStep = {
    who: `set ${assignment("deletionProtection", false)} in the ${program}, then run`,
    commands: applyCommands(userInterface),
  };
  return apply === userInterface.rerun || again.length === 0
    ? [turnOff]
    : [turnOff, { who: "to delete it, run", commands: again, isSequel: true }];
}

/** The explanation of a plan that was only read: without a code, and without what a run left unchanged. */
export function asRead({ code: _code, isUnchanged: _unchanged, ...explanation }: Explanation): Explanation {
  return explanation;
}

function stateLines({ state, isUnchanged }: Explanation): readonly string[] {
  const sentences = [
    ...(isUnchanged === true ? ["Nothing was changed."] : []),
    ...(state === undefined ? [] : [`Current state: ${state}.`]),
  ];
  return sentences.length === 0 ? [] : [sentences.join(" ")];
}

/**
 * Renders for a terminal or an engine's diagnostics, with commands for the reader's machine. Tables show only the first
 * line.
 */
export function renderExplanation(explanation: Explanation, { program }: Pick<UserInterface, "program"> = {}): string {
  const next = explanation.next.flatMap(byScope).flatMap((step, index) => {
    const label = index === 0 ? "Next:" : step.isSequel === true ? "then:" : "  or:";
    return nextLines(label, step, program);
  });
  const code = explanation.code === undefined ? [] : [`  [${explanation.code}]`];
  const facts = [...explanation.facts, ...stateLines(explanation)].map((fact) => `  ${fact}`);
  return [explanation.summary, ...facts, ...next, ...code].join("\n");
}

/** One next step as lines below a message: who runs what, then each command. */
export function nextLines(label: string, step: NextStep, program?: string): readonly string[] {
  return [`  ${label} ${whoRuns(step)}:`, ...step.commands.map((command) => `    ${runnable(command, program)}`)];
}

/** The clause before the commands of a step. It says if one of the commands is enough. */
export function whoRuns({ who, commands, isEach }: NextStep): string {
  return commands.length > 1 && isEach !== true ? `${who} one of these commands` : who;
}

/**
 * Renders the explanation with one command and without the code, for a run that has shown another one like it in full.
 * The facts stay.
 */
export function renderBriefly(
  { summary, facts, next: [step] }: Explanation,
  userInterface: Pick<UserInterface, "program">,
): string {
  const alone = step?.commands.find((command) => command.startsWith("uko ")) ?? step?.commands[0];
  const next = step === undefined || alone === undefined ? [] : [{ ...step, commands: [alone] }];
  return renderExplanation({ summary, facts, next }, userInterface);
}

/**
 * Splits a step by the scope of its commands. The reader asked about one resource. An engine's command that does not
 * name the resource affects more, and the text must say so. OpenTofu and Terraform do not pass the name to a provider,
 * so their narrow commands come first: the key alone, then what left the configuration, then everything.
 */
function byScope(step: NextStep): readonly NextStep[] {
  const isWholeStack = (command: string): boolean => command.endsWith("pulumi destroy");
  const isWholeState = (command: string): boolean => /\b(?:tofu|terraform) destroy$/.test(command);
  const broad = step.commands.filter((command) => isWholeStack(command) || isWholeState(command));
  if (broad.length === 0) return [step];
  const narrow = step.commands.filter((command) => !broad.includes(command));
  const applied = broad.filter(isWholeState).map((command) => command.replace(/destroy$/, "apply"));
  const scopes = [
    { scope: undefined, commands: narrow },
    { scope: "if you removed the resource from the configuration", commands: applied },
    {
      scope:
        applied.length === 0
          ? "to delete the whole stack"
          : "to delete everything in the state, or what -target=<address> names",
      commands: broad,
    },
  ].filter(({ commands }) => commands.length > 0);
  return scopes.map(({ scope, commands }, index) => {
    if (index > 0) return { who: `${scope}, run`, commands };
    return { ...step, who: scope === undefined ? step.who : `${step.who} (${scope})`, commands };
  });
}
