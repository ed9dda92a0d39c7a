/** The report of a whole campaign on one page: waves by state, requests, late and blocked keys, dates. */

import { blockedSection, lateSection, timelineOf, waveSection } from "./plan-report.ts";
import type { CampaignPlan } from "./planned.ts";
import { isLate } from "./planned.ts";
import type { CampaignReport, ReportTable } from "./report.ts";
import { section } from "./report.ts";
import { unreadableLines } from "./sentences.ts";
import { bornSection, pendingRequests, requestSection, stateTable, summarizeStatus } from "./status.ts";
import type { CampaignView } from "./view.ts";

export function reportOverview(
  view: CampaignView,
  plan: CampaignPlan,
): { readonly report: CampaignReport; readonly waves: ReportTable } {
  const { path } = view.folder;
  const late = plan.keys.filter(isLate);
  return {
    waves: stateTable(plan, view),
    report: {
      summary: summarizeStatus(plan),
      sections: [
        ...requestSection(pendingRequests(view, plan), view.nowMs),
        ...lateSection(late, plan),
        ...blockedSection(plan.keys),
        ...waveSection(plan),
        ...bornSection(view),
        ...section("Not read", { lines: unreadableLines(view.inventory.unreadable) }),
      ],
      next: [`uko campaign status --folder ${path}`, `uko campaign plan --folder ${path}`],
      exitCode: 0,
      data: { campaign: view.campaign.name },
      page: { title: `Campaign ${view.campaign.name}`, asOfMs: view.nowMs, timeline: timelineOf(view, plan) },
    },
  };
}
