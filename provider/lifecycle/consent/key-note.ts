/**
 * Reads and writes the note: the deactivation, until the reactivation, and the holds that people released, with their
 * reasons, because the two people of a later deletion must see them. Only a new hold that leaves no room ends the
 * second part.
 */

import type { DeactivationNote, ReleasedHold } from "../vocabulary/observation.ts";
import { decodeNote, hexJson, parseHexJson, type Sha256, validNoteFields } from "./record-text.ts";

export interface KeyNote {
  readonly deactivation?: DeactivationNote;
  readonly released: readonly ReleasedHold[];
}

/** A key keeps this many releases. */
const maxReleases = 3;
const maxHoldCharacters = 200;
const maxIamIdCharacters = 200;
/** Each reason is cut to the first of these lengths with which the note fits into its tag. */
const reasonCharacters = [500, 200, 50] as const;
const maxTagValueCharacters = 8192;

export function parseNote(value: string | undefined, sha256: Sha256): KeyNote {
  if (value === undefined) return { released: [] };
  const deactivation = decodeNote(value, sha256);
  const isEmpty = deactivation === undefined || Object.values(deactivation).every((fact) => fact === undefined);
  return { ...(!isEmpty && { deactivation }), released: releasesIn(value) };
}

function releasesIn(value: string): readonly ReleasedHold[] {
  const { v, h } = parseHexJson(value) ?? {};
  if (v !== 1 || !Array.isArray(h)) return [];
  return (h as readonly unknown[]).slice(0, maxReleases).flatMap((each): ReleasedHold[] => {
    if (typeof each !== "object" || each === null) return [];
    const { h: hold, b: releasedBy, t: time, w: reason } = each as Record<string, unknown>;
    if (typeof hold !== "string" || typeof releasedBy !== "string" || typeof reason !== "string") return [];
    if (typeof time !== "number" || !Number.isInteger(time) || time < 0 || time > 0xffffffff) return [];
    return [
      {
        hold: hold.slice(0, maxHoldCharacters),
        releasedBy: releasedBy.slice(0, maxIamIdCharacters),
        atMs: time * 1000,
        reason: Array.from(reason).slice(0, reasonCharacters[0]).join(""),
      },
    ];
  });
}

/** The note with one more release. The latest three stay, and a legal hold stays longer than another one. */
export function noteWithRelease(value: string | undefined, release: ReleasedHold): string {
  const all = [...(value === undefined ? [] : releasesIn(value)), release];
  const isLegal = ({ hold }: ReleasedHold): boolean => hold.startsWith("legal");
  const excess = Math.max(0, all.length - maxReleases);
  // The new release stays in any case: the people who act next have to read it.
  const old = all.slice(0, -1);
  const yielding = [...old.filter((each) => !isLegal(each)), ...old.filter(isLegal)].slice(0, excess);
  const kept = all.filter((each) => !yielding.includes(each));
  return noteOf(value, kept);
}

/** A note that fits into its tag: the reasons are cut, and then the earliest releases yield. */
function noteOf(deactivation: string | undefined, releases: readonly ReleasedHold[]): string {
  const facts = validNoteFields((deactivation && parseHexJson(deactivation)) || {});
  for (const characters of reasonCharacters) {
    const text = hexJson({ v: 1, ...facts, h: releases.map((each) => bodyOf(each, characters)) });
    if (text.length <= maxTagValueCharacters) return text;
  }
  return noteOf(deactivation, releases.slice(1));
}

function bodyOf({ hold, releasedBy, atMs, reason }: ReleasedHold, characters: number): Record<string, unknown> {
  const all = Array.from(reason);
  const text = all.length > characters ? `${all.slice(0, characters - 1).join("")}…` : reason;
  return {
    h: hold.slice(0, maxHoldCharacters),
    b: releasedBy.slice(0, maxIamIdCharacters),
    t: Math.floor(atMs / 1000),
    w: text,
  };
}

/** The note of a deactivation, in the place of an earlier one. The releases of the earlier note stay. */
export function withReleasesOf(earlier: string | undefined, note: string | undefined): string | undefined {
  const released = earlier === undefined ? [] : releasesIn(earlier);
  return released.length === 0 ? note : noteOf(note, released);
}
