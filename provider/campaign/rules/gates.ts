/**
 * Decides what keeps a campaign from a step now. Each such reason is called a gate, and a gate can only refuse. A
 * step that passes every gate still requires a request, and an approval by another person.
 *
 * - The gates of a wave are an unfinished earlier wave, and a day without steps. A wave is also closed after too many
 *   failures, and while the rules differ from those that people reviewed.
 * - No KMS window is opened that ends before the next step is allowed: the key would be deactivated, an outage, and no
 *   person could destroy it. A window lasts 7 days, and a day of them is left for the second person.
 * - The gates of a key are, for example, a hold, a changed fact, and recent use. One gate is the soak, the wait after
 *   the deactivation in which an owner can notice the outage. Another gate is the KMS deletion window of the backing key
 *   (the KMS key behind a managed key): within this window, KMS lets a second identity destroy the backing key. If the
 *   window expired, or nothing proves who opened it, no person can destroy the managed key until it is reactivated and
 *   deactivated again.
 */

import type { windowFault } from "../../lifecycle/key/kms-window.ts";
import type { ApprovedStep } from "../../lifecycle/vocabulary/observation.ts";
import { blackoutAt, nextOpenMs } from "./calendar.ts";
import type { Blackout, Wave } from "./campaign.ts";
import type { ClassGap } from "./rules.ts";
import { firstDeactivationMs, type ScheduledKey, type Timing, waveOpensMs } from "./schedule.ts";

export type WaveGate =
  | { readonly kind: "open" }
  /** The rules differ from those in the manifest, which people reviewed. */
  | { readonly kind: "differs"; readonly differences: readonly string[] }
  /** The breaker stopped the wave. */
  | { readonly kind: "stopped" }
  | { readonly kind: "after"; readonly waves: readonly string[] }
  | { readonly kind: "blackout"; readonly blackout: Blackout; readonly untilMs: number };

export interface WaveSituation {
  readonly wave: Pick<Wave, "after">;
  /** The waves that still have keys for which the step is due. */
  readonly unfinished: ReadonlySet<string>;
  /** Each rule of the wave, or of one of its keys, that differs from the manifest otherwise than by narrowing. */
  readonly differences: readonly string[];
  readonly isStopped: boolean;
  readonly blackouts: readonly Blackout[];
  readonly nowMs: number;
}

/** The first gate that is closed. Halt and rollback do not check it, because they only make keys safer. */
export function waveGate(facts: WaveSituation): WaveGate {
  const { wave, unfinished, differences, nowMs, blackouts } = facts;
  if (differences.length > 0) return { kind: "differs", differences };
  if (facts.isStopped) return { kind: "stopped" };
  const waves = wave.after.filter((name) => unfinished.has(name));
  if (waves.length > 0) return { kind: "after", waves };
  const blackout = blackoutAt(blackouts, nowMs);
  return blackout === undefined
    ? { kind: "open" }
    : { kind: "blackout", blackout, untilMs: nextOpenMs(blackouts, nowMs) };
}

export type KeyGate =
  | { readonly kind: "open" }
  /** The step has happened, or a later one. */
  | { readonly kind: "done" }
  | { readonly kind: "held" }
  /** The rules plan fewer steps for the key than the manifest does, or none. */
  | { readonly kind: "narrowed" }
  /** The class does not lead to this step. */
  | { readonly kind: "not_planned" }
  | { readonly kind: "incomplete"; readonly gaps: readonly ClassGap[] }
  | { readonly kind: "changed" }
  | { readonly kind: "declared" }
  | { readonly kind: "in_use" }
  | { readonly kind: "impossible" }
  /** The key has to be deactivated first. */
  | { readonly kind: "not_deactivated" }
  /** A KMS window that the deactivation opens would end within the soak of the wave, however long the key waits. */
  | { readonly kind: "window_ends_in_soak" }
  /** It would end before the key may be destroyed, because of a blackout or an earlier wave. */
  | { readonly kind: "window_ends_early"; readonly untilMs: number }
  /** The KMS deletion window expired, or nothing proves who opened it. */
  | { readonly kind: WindowFault }
  | { readonly kind: "soaking"; readonly untilMs: number };

type WindowFault = NonNullable<ReturnType<typeof windowFault>>["guard"];

export interface KeySituation
  extends Pick<ScheduledKey, "state" | "isKms" | "class" | "deactivatedAtMs" | "soakMs" | "opensWindow"> {
  readonly isHeld: boolean;
  readonly isNarrowed: boolean;
  readonly gaps: readonly ClassGap[];
  /** Whether the facts differ from those of the manifest. */
  readonly isChanged: boolean;
  /** Whether a program declares the key and does not take part. */
  readonly isDeclared: boolean;
  /** Whether recent use is known and no person stated a reason to go on. */
  readonly isInUse: boolean;
  readonly windowFault?: WindowFault | undefined;
}

/** The first gate that is closed for one key. */
export function keyGate(key: KeySituation, step: ApprovedStep, timing: Timing): KeyGate {
  if (hasHappened(key.state, step)) return { kind: "done" };
  if (key.isHeld) return { kind: "held" };
  if (key.isNarrowed) return { kind: "narrowed" };
  if (key.class === "leave") return { kind: "not_planned" };
  if (key.state === "other") return { kind: "impossible" };
  if (key.gaps.length > 0) return { kind: "incomplete", gaps: key.gaps };
  if (key.isChanged) return { kind: "changed" };
  if (key.isDeclared) return { kind: "declared" };
  if (key.isInUse) return { kind: "in_use" };
  return step === "deactivate" ? deactivationGate(key, timing) : destructionGate(key, timing);
}

function deactivationGate(key: KeySituation, timing: Timing): KeyGate {
  if (key.state !== "active" || key.isKms) return { kind: "not_planned" };
  const untilMs = firstDeactivationMs(key, timing);
  if (untilMs === undefined) return { kind: "window_ends_in_soak" };
  // A blackout now, or a wave before this one, closes the wave. Only a later time is about the window of the key.
  return untilMs > waveOpensMs(timing) ? { kind: "window_ends_early", untilMs } : { kind: "open" };
}

function destructionGate(key: KeySituation, { nowMs }: Timing): KeyGate {
  const { state, isKms, deactivatedAtMs, soakMs } = key;
  if (isKms || state === "pre_activation") return { kind: "open" };
  if (state === "active") return { kind: "not_deactivated" };
  if (key.windowFault !== undefined) return { kind: key.windowFault };
  const untilMs = (deactivatedAtMs ?? nowMs) + soakMs;
  return nowMs > untilMs ? { kind: "open" } : { kind: "soaking", untilMs };
}

/** Whether the key has taken the step, or a later one. */
export function hasHappened(state: KeySituation["state"], step: ApprovedStep): boolean {
  if (state === "gone" || state === "destroyed") return true;
  return step === "deactivate" && state === "deactivated";
}

/**
 * A wave is unfinished for a step while a key that is not held still needs it. A key that the rules
 * narrowed counts, so that an edit of one wave does not open a later wave.
 */
export function isStepDue(key: KeySituation, step: ApprovedStep): boolean {
  if (key.isHeld || key.class === "leave" || key.state === "other" || hasHappened(key.state, step)) return false;
  return step === "destroy" || (key.state === "active" && !key.isKms);
}
