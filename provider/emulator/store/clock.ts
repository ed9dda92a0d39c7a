/**
 * Keeps the emulator's own clock, which a test can freeze, set and advance, so that waits of days take no time. A
 * frozen clock moves with each write.
 */

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

export const hourMs = units.h;
export const dayMs = units.d;

export interface ClockOptions {
  /** RFC 3339; the machine's time when absent. */
  readonly start?: string | undefined;
  readonly frozen?: boolean | undefined;
  /** How far a frozen clock moves with each write that took effect; 1 s by default. */
  readonly tickMs?: number | undefined;
}

export interface ClockState {
  readonly offsetMs: number;
  readonly frozenAtMs: number | null;
  readonly tickMs: number;
}

/** A clock that runs at an offset to the machine's, or is frozen. */
export class EmulatedClock {
  #offsetMs: number;
  #frozenAtMs: number | undefined;
  tickMs: number;

  constructor({ start, frozen = false, tickMs = 1_000 }: ClockOptions) {
    const startMs = start === undefined ? Date.now() : Date.parse(start);
    this.#offsetMs = startMs - Date.now();
    this.#frozenAtMs = frozen ? startMs : undefined;
    this.tickMs = tickMs;
  }

  /** The state that a snapshot stores. */
  state(): ClockState {
    return { offsetMs: this.#offsetMs, frozenAtMs: this.#frozenAtMs ?? null, tickMs: this.tickMs };
  }

  restore({ offsetMs, frozenAtMs, tickMs }: ClockState): void {
    this.#offsetMs = offsetMs;
    this.#frozenAtMs = frozenAtMs ?? undefined;
    this.tickMs = tickMs;
  }

  get isFrozen(): boolean {
    return this.#frozenAtMs !== undefined;
  }

  nowMs(): number {
    return this.#frozenAtMs ?? Date.now() + this.#offsetMs;
  }

  freeze(): void {
    this.#frozenAtMs = this.nowMs();
  }

  thaw(): void {
    if (this.#frozenAtMs === undefined) return;
    this.#offsetMs = this.#frozenAtMs - Date.now();
    this.#frozenAtMs = undefined;
  }

  set(ms: number): void {
    if (this.#frozenAtMs !== undefined) this.#frozenAtMs = ms;
    else this.#offsetMs = ms - Date.now();
  }

  advance(ms: number): void {
    this.set(this.nowMs() + ms);
  }

  /** Moves a frozen clock after each write that took effect, so that two writes differ in time. */
  tick(): void {
    if (this.#frozenAtMs !== undefined) this.#frozenAtMs += this.tickMs;
  }
}

/** Parses `4h`, `1d12h`, `PT4H`, `P30D` or a number of milliseconds; undefined otherwise. */
export function parseDurationMs(text: string | number): number | undefined {
  if (typeof text === "number") return Number.isFinite(text) ? text : undefined;
  const isIso = /^P(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/.test(text);
  const plain = isIso ? text.replace(/[PT]/g, "").toLowerCase() : text;
  if (!/^(?:\d+(?:ms|[smhdw]))+$/.test(plain)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of plain.matchAll(/(\d+)(ms|[smhdw])/g)) {
    totalMs += Number(amount) * units[unit as keyof typeof units];
  }
  return totalMs;
}

export function wholeSecondMs(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}

/** Keeps the texts of times, because the objects of a list repeat them. Formatting took a fifth of a list's time. */
const secondsTexts = new Map<number, string>();
const maxSecondsTexts = 10_000;

/** RFC 3339 in whole seconds: the resolution of timestamps and ETags (uko-v4.md 1.4). */
export function toSecondsText(ms: number): string {
  const known = secondsTexts.get(ms);
  if (known !== undefined) return known;
  const text = `${new Date(ms).toISOString().slice(0, 19)}Z`;
  if (secondsTexts.size >= maxSecondsTexts) secondsTexts.clear();
  secondsTexts.set(ms, text);
  return text;
}

/** The form of `destruction_at`: `2020-06-24T09:46:41.000+00:00` (uko-v4.md 3.4). */
export function toDestructionText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}+00:00`;
}
