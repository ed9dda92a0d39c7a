import { expect, it } from "vitest";
import { timelinePicture } from "../../provider/html/timeline.ts";

const timeline = {
  fromMs: Date.parse("2026-10-10T09:00:00Z"),
  untilMs: Date.parse("2027-01-10T09:00:00Z"),
  rows: [{ name: "pilot", spans: [] }],
  marks: [{ label: "deadline 2027-01-05", atMs: Date.parse("2027-01-05T00:00:00Z") }],
};
const namesIn = (picture: string): readonly string[] =>
  Array.from(picture.matchAll(/<text class="month"[^>]*>([^<]*)</g), ([, name = ""]) => name);

it("shows today, each month, and the deadline", () => {
  const picture = String(timelinePicture(timeline));
  expect(namesIn(picture)).toEqual(["Nov", "Dec", "Jan"]);
  expect(picture).toContain(">today</text>");
  expect(picture).toContain(">deadline 2027-01-05</text>");
  expect(picture).not.toContain("blackout");
});

it("shows blackouts, with a legend", () => {
  const blackouts = [{ fromMs: Date.parse("2026-12-15T00:00:00Z"), untilMs: Date.parse("2027-01-05T00:00:00Z") }];
  const picture = String(timelinePicture({ ...timeline, blackouts }));
  expect(picture).toContain('<rect class="blackout" x="71.33%"');
  expect(picture).toContain('<span class="key blackout"></span>blackout');
});

it("names at most 12 months of a long campaign", () => {
  const picture = String(timelinePicture({ ...timeline, untilMs: Date.parse("2029-10-10T00:00:00Z") }));
  const names = namesIn(picture).filter((name) => name !== "");
  expect([namesIn(picture).length, names.length]).toEqual([36, 12]);
});
