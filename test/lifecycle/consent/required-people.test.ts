import { describe, expect, it } from "vitest";
import {
  demandedBy,
  demandedForTwo,
  markerBesideRecord,
  shownMarker,
} from "../../../provider/lifecycle/consent/required-people.ts";
import { aKey, aPolicy } from "../../support/builders.ts";

it("reads the gate from a program, or single", () => {
  expect(demandedBy(aPolicy({ people: "destroy" }))).toBe("destroy");
  expect(demandedBy(aPolicy({ people: "single", peopleForTwo: "destroy" }))).toBe("single");
});

it("reads the marker that a state shows, and follows the program if an edited state shows a value of its own", () => {
  const single = aPolicy({ people: "single" });
  expect(shownMarker("single", aPolicy())).toBe("single");
  expect(shownMarker("none", single)).toBeUndefined();
  expect([undefined, "", "three"].map((shown) => shownMarker(shown, single))).toEqual(["single", "single", "single"]);
});

describe("the marker next to a record", () => {
  it("becomes as strict as the program, and never less strict than before", () => {
    const markerNextToRecord = (marker: "both" | "destroy" | "single", gate: "both" | "destroy") =>
      markerBesideRecord(aKey({ marker }), aPolicy({ people: gate }));
    expect(markerNextToRecord("single", "destroy")).toBe("destroy");
    expect(markerNextToRecord("destroy", "both")).toBe("both");
    expect(markerNextToRecord("both", "destroy")).toBe("both");
    expect(markerBesideRecord(aKey(), aPolicy({ people: "single" }))).toBe("both");
  });

  it("stays unchanged if the caller has no program", () => {
    expect(markerBesideRecord(aKey({ marker: "single" }), aPolicy({ people: undefined }))).toBe("single");
    expect(markerBesideRecord(aKey(), aPolicy({ people: undefined }))).toBe("both");
  });
});

it("demands both people for both steps where a policy for one person does not say what counts for two", () => {
  expect(demandedForTwo({ people: "single" })).toBe("both");
  expect(demandedForTwo({ people: "single", peopleForTwo: "destroy" })).toBe("destroy");
  expect(demandedForTwo({})).toBe("both");
});
