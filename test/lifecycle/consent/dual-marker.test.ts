import { describe, expect, it } from "vitest";
import {
  demandedBy,
  dualMarkers,
  isLooser,
  markerBesideRecord,
  markerOf,
  shownMarker,
  stricterOf,
} from "../../../provider/lifecycle/consent/dual-marker.ts";
import { aKey, aPolicy } from "../../support/builders.ts";

describe("the order of markers", () => {
  it("goes from single through destroy to both", () => {
    const pairs = dualMarkers.flatMap((one) => dualMarkers.map((other) => `${one} ${other} ${isLooser(one, other)}`));
    expect(pairs.filter((pair) => pair.endsWith("true"))).toEqual([
      "single destroy true",
      "single both true",
      "destroy both true",
    ]);
  });

  it("prefers the stricter marker, whichever comes first", () => {
    expect(stricterOf("single", "both")).toBe("both");
    expect(stricterOf("both", "destroy")).toBe("both");
    expect(stricterOf("destroy", "destroy")).toBe("destroy");
  });
});

it("counts a missing marker as both", () => {
  expect(markerOf(aKey())).toBe("both");
  expect(markerOf(aKey({ marker: "single" }))).toBe("single");
});

it("reads the gate from a program, or single", () => {
  expect(demandedBy(aPolicy({ gate: "destroy" }))).toBe("destroy");
  expect(demandedBy(aPolicy({ gate: "destroy", dualAuthorization: "single" }))).toBe("single");
});

it("reads the marker that a state shows, and follows the program if an edited state shows a value of its own", () => {
  const single = aPolicy({ dualAuthorization: "single" });
  expect(shownMarker("single", aPolicy())).toBe("single");
  expect(shownMarker("none", single)).toBeUndefined();
  expect([undefined, "", "three"].map((shown) => shownMarker(shown, single))).toEqual(["single", "single", "single"]);
});

describe("the marker next to a record", () => {
  it("becomes as strict as the program, and never less strict than before", () => {
    const markerNextToRecord = (marker: "both" | "destroy" | "single", gate: "both" | "destroy") =>
      markerBesideRecord(aKey({ marker }), aPolicy({ gate }));
    expect(markerNextToRecord("single", "destroy")).toBe("destroy");
    expect(markerNextToRecord("destroy", "both")).toBe("both");
    expect(markerNextToRecord("both", "destroy")).toBe("both");
    expect(markerBesideRecord(aKey(), aPolicy({ dualAuthorization: "single" }))).toBe("both");
  });

  it("stays unchanged if the caller has no program", () => {
    expect(markerBesideRecord(aKey({ marker: "single" }), aPolicy({ isAssumed: true }))).toBe("single");
    expect(markerBesideRecord(aKey(), aPolicy({ isAssumed: true }))).toBe("both");
  });
});
