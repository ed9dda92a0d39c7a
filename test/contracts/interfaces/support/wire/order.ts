/** The order of a run: steps at once, each after the steps that it needs, and not at all if one of those failed. */

import type { Resource } from "../../user-interface.ts";

/** Returns once all are over; a step answers whether it went well. Names that are in no step are not waited for. */
export async function eachAfter<Step extends { readonly name: string }>(
  steps: readonly Step[],
  after: (step: Step) => readonly string[],
  attempt: (step: Step) => Promise<boolean>,
): Promise<void> {
  const outcomes = new Map<string, Promise<boolean>>();
  const outcomeOf = (step: Step): Promise<boolean> => {
    const known = outcomes.get(step.name);
    if (known !== undefined) return known;
    const outcome = (async () => {
      const before = steps.filter(({ name }) => name !== step.name && after(step).includes(name));
      const wentWell = await Promise.all(before.map(outcomeOf));
      return !wentWell.includes(false) && attempt(step);
    })();
    outcomes.set(step.name, outcome);
    return outcome;
  };
  await Promise.all(steps.map(outcomeOf));
}

/** The names of the resources that a program's resource refers to. */
export function needsOf({ args, dependsOn }: Resource): readonly string[] {
  const named = [...JSON.stringify(args).matchAll(/"\$(?!env\.)(\w+)\.\w+"/g)].map(([, name = ""]) => name);
  return [...new Set([...named, ...(dependsOn === undefined ? [] : [dependsOn])])];
}
