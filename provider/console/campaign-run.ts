/**
 * The one run over many keys of a console. It goes on if the browser leaves, and its result stays until the next run.
 */

import type { CampaignReport } from "../engine/campaign/reports/report.ts";
import type { WaveAct } from "../engine/campaign/reports/wave-acts.ts";
import type { Progress } from "../engine/ports/world.ts";
import { asUkoError, type UkoError } from "../errors.ts";

export interface CampaignRun {
  readonly act: WaveAct;
  readonly wave: string;
  readonly state: RunState;
}

export type RunState =
  | { readonly kind: "running"; readonly progress: string; readonly isStopping: boolean }
  | { readonly kind: "done"; readonly report: CampaignReport }
  | { readonly kind: "failed"; readonly error: UkoError };

export type Work = (tools: { readonly signal: AbortSignal; readonly progress: Progress }) => Promise<CampaignReport>;

export interface CampaignRuns {
  current(): CampaignRun | undefined;
  /** False if a run is in progress; then nothing was started. */
  start(about: Pick<CampaignRun, "act" | "wave">, work: Work): boolean;
  /** Calls in progress end; no other key starts. */
  stop(): void;
}

export function createCampaignRuns(signal: AbortSignal): CampaignRuns {
  let run: CampaignRun | undefined;
  let stopped = new AbortController();
  return {
    current: () => run,
    start(about, work) {
      if (run?.state.kind === "running") return false;
      const own = new AbortController();
      stopped = own;
      const show = (state: RunState): void => {
        run = { ...about, state };
      };
      const report = (progress: string): void => show({ kind: "running", progress, isStopping: own.signal.aborted });
      report("Reading the campaign");
      void work({ signal: AbortSignal.any([signal, own.signal]), progress: { report, count: report } }).then(
        (done) => show({ kind: "done", report: done }),
        (thrown: unknown) => show({ kind: "failed", error: asUkoError(thrown) }),
      );
      return true;
    },
    stop() {
      if (run?.state.kind !== "running") return;
      stopped.abort();
      run = { ...run, state: { ...run.state, isStopping: true } };
    },
  };
}
