/** What the messages about every kind of object have in common: how a golden file shows them, and their form. */

import { expect } from "vitest";
import { reportText } from "../../provider/cli/print.ts";
import { explanationPart } from "../../provider/console/parts.ts";
import type { Report } from "../../provider/engine/loop/report.ts";
import { type Explanation, renderExplanation, type UserInterface } from "../../provider/engine/text/explanation.ts";
import { html } from "../../provider/html/markup.ts";

/** Pulumi, OpenTofu and the command line, which print the messages about a key. */
export const keyInterfaces: readonly UserInterface[] = [
  { rerun: "pulumi destroy", target: "urn:pulumi:prod::pay::pulumi-nodejs:dynamic/uko:ManagedKey::payroll" },
  { rerun: "tofu destroy" },
  { rerun: "uko continue" },
];

/** One text with every message under its title, through each interface if they differ. */
export function renderAll<Outcome>(
  outcomes: readonly (readonly [title: string, outcome: Outcome])[],
  userInterfaces: readonly UserInterface[],
  explain: (outcome: Outcome, userInterface: UserInterface) => Explanation,
): string {
  const texts = outcomes.flatMap(([title, outcome]) => {
    const texts = userInterfaces.map((userInterface) => {
      const explanation = explain(outcome, userInterface);
      expectCommandsInEachInterface(explanation);
      return renderExplanation(explanation);
    });
    return new Set(texts).size === 1
      ? [`## ${title}`, texts[0]]
      : userInterfaces.flatMap(({ rerun }, index) => [`## ${title} (${rerun})`, texts[index]]);
  });
  return `${texts.join("\n")}\n`;
}

/** The command line and the console show each command whole, on a line or in an element of its own. */
export function expectCommandsInEachInterface(explanation: Explanation): void {
  const lines = reportText({ explanation, exitCode: 0 } as Report).split("\n");
  const page = String(explanationPart(explanation));
  for (const command of explanation.next.flatMap(({ commands }) => commands)) {
    expect(command).toMatch(/^(?:uko|pulumi|tofu|terraform|ibmcloud) \S/);
    expect(lines).toContain(`    ${command}`);
    expect(page).toContain(String(html`<code>${command}</code>`));
  }
  expect(page + lines.join("\n")).not.toContain("[object");
}

/** No sentence is repeated or stops in the middle, and no text contains control characters. */
export function expectWellFormed({ summary, facts, next }: Explanation): void {
  expect(new Set([summary, ...facts]).size).toBe(facts.length + 1);
  expect(summary).toMatch(/^\S.*[^.]$/);
  for (const text of [summary, ...facts]) expect(text).not.toMatch(/undefined|\.\.|\p{Cc}/u);
  expect(next.filter(({ who, commands }) => !/^[a-z]/.test(who) || commands.length === 0)).toEqual([]);
}
