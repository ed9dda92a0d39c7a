/**
 * The acts of a campaign that `uko campaign next` and the console combine, one at a time: request, review, approve and
 * advance. Attacks need them apart, because a person may change files or keys between two acts. They print as the command
 * line does, and the person confirms what an approval asks. A review stays in the memory of this process, as it does in
 * that of a person's run; its digest names it.
 */

import type { CampaignReport } from "../../provider/campaign/reports/report.ts";
import type { ShownReview } from "../../provider/campaign/reports/wave-state.ts";
import { printError, printReport } from "../../provider/cli/print.ts";
import { openOperations } from "../../provider/compose/operations.ts";
import { isUkoError, UkoError } from "../../provider/errors.ts";
import type { ReviewKind } from "../../provider/lifecycle/consent/review.ts";
import { type CliTestWorld, type Ended, type Person, quietWorld, unsigned, withoutPause } from "../cli/harness.ts";

export const acts = ["request", "review", "approve", "advance"] as const;

const reviews = new Map<string, ShownReview>();

/** Such as `approve pilot deactivate --review <digest> --json`. */
export async function takeAct(
  { environmentOf }: Pick<CliTestWorld, "environmentOf">,
  who: Person,
  { command, folder }: { readonly command: string; readonly folder: string },
): Promise<Ended> {
  const [act, wave = "", step, ...rest] = command.trim().split(/\s+/);
  const words = act === "advance" ? [step, ...rest] : rest;
  const optionOf = (name: string): string | undefined => {
    const at = words.indexOf(`--${name}`);
    return at === -1 ? undefined : words[at + 1];
  };
  const has = (name: string): true | undefined => (words.includes(`--${name}`) ? true : undefined);
  const digest = optionOf("resume");
  const asked = {
    ...{ wave, step: step === "destroy" ? ("destroy" as const) : ("deactivate" as const) },
    ...(digest !== undefined && { resume: { digest, reason: optionOf("reason") ?? "" } }),
  };
  const here = quietWorld();
  const shown = { ...(has("json") && { json: true as const }) };
  const outputs = { progress: { report: () => {} }, clock: withoutPause, signingPlaces: unsigned };
  const run = openOperations(environmentOf(who), outputs);
  const options = { signal: here.signal };
  const take = async (): Promise<CampaignReport> => {
    const acting = await run.campaignActs();
    switch (act) {
      case "request":
        return acting.request(folder, { ...asked, renew: has("renew") === true }, options);
      case "review": {
        const kind = (optionOf("kind") ?? "managed") as ReviewKind;
        const group = { kind, requestedBy: optionOf("requested-by"), isOther: has("other") === true };
        const { report, file } = await acting.review(folder, { ...asked, ...group }, options);
        if (file) reviews.set(file.digest, { file, isAnswered: false, isSampled: false, tried: new Set() });
        return report;
      }
      case "approve": {
        const review = reviews.get(optionOf("review") ?? "");
        if (review === undefined)
          throw new UkoError("UKO_INPUT_INVALID", { summary: "This process showed no such review" });
        return acting.approve(folder, { ...asked, review, confirm: async () => {} }, options);
      }
      default:
        return acting.advance(folder, { wave }, options);
    }
  };
  try {
    const report = await take();
    printReport(here, shown, report);
    return { exitCode: report.exitCode, ...here.output };
  } catch (error) {
    if (!isUkoError(error)) throw error;
    printError(here, error, has("json") === true);
    return { exitCode: error.exitCode, ...here.output };
  } finally {
    await run.close();
  }
}

/** Runs a command of a campaign, or one of its acts. A hold is a command of its own. */
export async function runInCampaign(
  world: CliTestWorld,
  who: Person,
  { command, folder }: { readonly command: string; readonly folder: string },
): Promise<Ended> {
  const [name = ""] = command.split(" ");
  if ((acts as readonly string[]).includes(name)) return takeAct(world, who, { command, folder });
  if (name === "hold") return world.uko(who, command);
  return world.uko(who, `campaign ${command} --folder ${folder}`);
}
