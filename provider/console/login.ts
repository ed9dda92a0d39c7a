/**
 * Decides who is logged in at a console: the terminal shows a code that works once, and there is one session, which
 * expires. After 5 wrong codes the console stops, because another program may be guessing.
 */

import { timingSafeEqual } from "node:crypto";

/** The number of wrong codes after which the console stops. */
const maxTries = 5;
export const idleLimitMs = 15 * 60_000;
export const sessionLimitMs = 8 * 3_600_000;

const codeLength = 8;
/** The letters of a code: no vowels, so that a code is not a word, and no letters that are easily confused. */
const codeAlphabet = "BCDFGHJKLMNPQRSTVWXZ";

export interface LoginOptions {
  readonly nowMs: () => number;
  readonly random: (bytes: number) => Uint8Array;
  /** Receives each new code, for the terminal. */
  readonly onCode: (code: string) => void;
  /** Called when a wrong code was typed too often; then no code is accepted. */
  readonly onLocked: () => void;
}

export interface BrowserSession {
  readonly id: string;
  readonly csrfToken: string;
  readonly endsAtMs: number;
}

export type Login = ReturnType<typeof createLogin>;

type State =
  | { readonly kind: "waiting"; readonly code: string; readonly triesLeft: number }
  | { readonly kind: "open"; readonly session: BrowserSession; readonly lastActivityMs: number }
  | { readonly kind: "locked" };

const locked = "The code was wrong too often, so this console has stopped. Start it again.";
const occupied = "Another browser is logged in to this console. Log out there, or start another console.";

export function createLogin({ nowMs, random, onCode, onLocked }: LoginOptions) {
  let state: State = waiting();

  function waiting(): State {
    const code = codeFrom(random(codeLength));
    onCode(code);
    return { kind: "waiting", code, triesLeft: maxTries };
  }

  function endIfExpired(): void {
    if (state.kind !== "open") return;
    const now = nowMs();
    if (now >= state.session.endsAtMs || now >= state.lastActivityMs + idleLimitMs) state = waiting();
  }

  return {
    /** Returns a new session, or a sentence that says why the code did not open one. */
    enter(typed: string): BrowserSession | string {
      endIfExpired();
      if (state.kind === "locked") return locked;
      if (state.kind === "open") return occupied;
      if (isEqualInConstantTime(letters(typed), letters(state.code))) {
        const now = nowMs();
        const session = { id: hex(random(32)), csrfToken: hex(random(32)), endsAtMs: now + sessionLimitMs };
        state = { kind: "open", session, lastActivityMs: now };
        return session;
      }
      const triesLeft = state.triesLeft - 1;
      if (triesLeft > 0) {
        state = { ...state, triesLeft };
        return `The code is wrong. Tries left: ${triesLeft}.`;
      }
      state = { kind: "locked" };
      onLocked();
      return locked;
    },
    /** Returns the session with this ID. `isActivity` moves the idle limit; an automatic refresh is not activity. */
    session(id: string | undefined, isActivity: boolean): BrowserSession | undefined {
      endIfExpired();
      if (state.kind !== "open" || id === undefined || !isEqualInConstantTime(id, state.session.id)) return undefined;
      if (isActivity) state = { ...state, lastActivityMs: nowMs() };
      return state.session;
    },
    /** Ends the session, and issues a new code. */
    leave(): void {
      if (state.kind === "open") state = waiting();
    },
  };
}

/** Compares in constant time, so that the time does not reveal how much of a guess is correct. */
export function isEqualInConstantTime(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Creates a code. 16 of the letters are slightly more likely than the others, which does not help with 5 tries. */
function codeFrom(bytes: Uint8Array): string {
  const characters = Array.from(bytes, (byte) => codeAlphabet[byte % codeAlphabet.length] ?? "");
  return `${characters.slice(0, 4).join("")}-${characters.slice(4).join("")}`;
}

function letters(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, "");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
