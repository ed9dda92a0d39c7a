/**
 * Lists the steps that one run took on one object, in order. The planner uses the list, so that a run requests a step
 * and opens a window only once, and soon stops dropping records that come back. The report uses the list as well. A
 * step is in doubt if its response was lost, and the next read shows its effect, but perhaps as the effect of another
 * writer. The planner counts a step in doubt as taken, because a run must not use its own request or window as if
 * another person had made it. A report leaves the step out.
 */

export interface StepTaken<Step> {
  readonly step: Step;
  readonly isInDoubt?: true;
}

/** What a run carries from one step to the next. The list is absent until the first step. */
export interface StepsTaken<Step> {
  readonly stepsTaken?: readonly StepTaken<Step>[] | undefined;
}

interface AnyStep {
  readonly kind: string;
}

export function withStep<Step, Run extends StepsTaken<Step>>(run: Run, taken: StepTaken<Step>): Run {
  return { ...run, stepsTaken: [...(run.stepsTaken ?? []), taken] };
}

/** The steps of one kind that the run took, also those in doubt. */
export function stepsOfKind<Step extends AnyStep, Kind extends Step["kind"]>(
  { stepsTaken = [] }: StepsTaken<Step>,
  kind: Kind,
): readonly Extract<Step, { readonly kind: Kind }>[] {
  return stepsTaken
    .map(({ step }) => step)
    .filter((step): step is Extract<Step, { readonly kind: Kind }> => step.kind === kind);
}

/** Whether the run took a step of this kind, also one in doubt. */
export function hasTaken<Step extends AnyStep>(run: StepsTaken<Step>, kind: Step["kind"]): boolean {
  return stepsOfKind(run, kind).length > 0;
}

/** The steps that the run certainly took, for reports. */
export function certainSteps<Step>({ stepsTaken = [] }: StepsTaken<Step>): readonly Step[] {
  return stepsTaken.filter(({ isInDoubt }) => isInDoubt !== true).map(({ step }) => step);
}
