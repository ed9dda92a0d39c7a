/** The truth next to the service: who really wrote which record, and who has written since. */

import type { ConsentDraft } from "../../../provider/lifecycle/consent/consent-record.ts";
import { day } from "./service.ts";
import { meaningOf, type Tool, type Truth, textsOn, type World } from "./world.ts";

/** How long after a record's own time the write that brings it may arrive, in seconds; never before. */
const toleranceSeconds = 2;

export function isInTime(at: number, writtenAt: number): boolean {
  return writtenAt >= at && writtenAt - at <= toleranceSeconds;
}

/** Notes one write that succeeded; a call to the backing key has no `tool`. `own` is a record that the writer added deliberately, in their own name. */
export function noteWrite(
  before: World,
  after: World,
  writer: string,
  tool: Tool | undefined,
  own?: { readonly text: string; readonly draft: Pick<ConsentDraft, "step" | "how"> },
): void {
  const { truth, key } = after;
  if (key === undefined || before.key === undefined) {
    delete truth.consent;
    return;
  }
  if (tool !== undefined) truth.lastTool = tool;
  const textsBefore = textsOn(before.key);
  const texts = textsOn(key);
  const isChanged = textsBefore.join() !== texts.join();
  if (isChanged || own !== undefined) {
    const gone = textsBefore.filter((text) => !texts.includes(text));
    after.history = [...gone, ...after.history.filter((text) => !texts.includes(text) && !gone.includes(text))].slice(
      0,
      2,
    );
    if (texts.length === 0) delete truth.textBy;
    else truth.textBy = writer;
    delete truth.consent;
  }
  if (own !== undefined) {
    const { step, how } = own.draft;
    truth.consent = { author: writer, step, how, at: after.now, label: key.label, text: own.text };
    if (how !== "approval") noteAsked(truth, own.text);
  } else if (key.updatedBy !== truth.consent?.author && key.updatedAt === after.now) {
    delete truth.consent;
  }
}

/** How many requests are remembered: more than can still be quoted from a key. */
const rememberedRequests = 4;

export function noteAsked(truth: Truth, text: string): void {
  truth.asked = [text, ...truth.asked.filter((each) => each !== text)].slice(0, rememberedRequests);
}

/** When a text stops counting: after seven days, and an approval of a destruction 48 hours after the request that it quotes. */
export function expiryOf(text: string, at: number): number {
  const { quotes, step } = meaningOf(text) ?? {};
  const own = at + 7 * day;
  return quotes === undefined ? own : Math.min(own, quotes.at + (step === "destroy" ? 2 : 7) * day);
}

export function isPersonId(iamId: string): boolean {
  return iamId.startsWith("IBMid-");
}

/** Whether the author of the text signed it, and the author of a quoted request signed that. */
export function areBothSigned(text: string): boolean {
  const { isSigned = false, quotes } = meaningOf(text) ?? {};
  return isSigned && (quotes === undefined || quotes.isSigned === true);
}

/** Whether by the truth alone a record supports the key's next step now. */
export function standing(world: World): Truth["consent"] {
  const { key, truth, now } = world;
  const { consent } = truth;
  if (key === undefined || consent === undefined || !isPersonId(consent.author)) return undefined;
  const next = key.state === "active" ? "deactivate" : key.state === "destroyed" ? undefined : "destroy";
  const texts = textsOn(key);
  const isAlone = texts.length === 1 && texts[0] === consent.text;
  const isFresh = now < expiryOf(consent.text, consent.at) && isInTime(consent.at, key.updatedAt);
  // A record with a date from a false clock does not count, whatever its author.
  const isDated = isInTime(meaningOf(consent.text)?.at ?? consent.at, key.updatedAt);
  if (world.isSigned && consent.step === "destroy" && !areBothSigned(consent.text)) return undefined;
  return isAlone && isFresh && isDated && consent.step === next && consent.label === key.label ? consent : undefined;
}
