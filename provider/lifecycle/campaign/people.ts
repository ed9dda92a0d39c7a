/** The check that enough people can take a step in time. Being listed grants nothing; a missing person is only a warning. */

export interface ExpectedPerson {
  readonly iamId: string;
  readonly steps: readonly ("request" | "deactivate" | "destroy" | "remove")[];
  readonly away: readonly { readonly fromMs: number; readonly untilMs: number }[];
}

export type PeopleGap =
  /** No pair of different people can request and take the step. */
  | { readonly kind: "no_pair" }
  /** The step depends on one person. */
  | { readonly kind: "one_actor"; readonly iamId: string };

/** People who are away for the whole period cannot act in it. */
export function peopleGap(
  people: readonly ExpectedPerson[],
  step: "deactivate" | "destroy",
  period: { readonly fromMs: number; readonly untilMs: number },
): PeopleGap | undefined {
  const present = people.filter(
    ({ away }) => !away.some(({ fromMs, untilMs }) => fromMs <= period.fromMs && period.untilMs <= untilMs),
  );
  const actors = present.filter(({ steps }) => steps.includes(step));
  const requesters = present.filter(({ steps }) => steps.includes("request"));
  const isPair = actors.some((actor) => requesters.some(({ iamId }) => iamId !== actor.iamId));
  if (!isPair) return { kind: "no_pair" };
  const ids = new Set(actors.map(({ iamId }) => iamId));
  const [only = ""] = ids;
  return ids.size === 1 ? { kind: "one_actor", iamId: only } : undefined;
}
