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

/** How the reader got here, so that the next command is one that they know. */
export interface Door {
  /** The command that meets the key again, without consent: `pulumi destroy`, or `uko continue` where there is no program. */
  readonly rerun: "pulumi destroy" | "pulumi up" | "uko continue";
}

/** Renders for a terminal or an engine's diagnostics: only the first line is shown in tables. */
export function renderExplanation(explanation: Explanation): string {
  const next = explanation.next.flatMap(({ who, commands }, index) => [
    `  ${index === 0 ? "Next:" : "  or:"} ${who}`,
    ...commands.map((command) => `    ${command}`),
  ]);
  const code = explanation.code === undefined ? [] : [`  [${explanation.code}]`];
  return [explanation.summary, ...explanation.facts.map((fact) => `  ${fact}`), ...next, ...code].join("\n");
}
