/** The picture of the demo in the README, as a file; test/examples/stories.e2e.test.ts compares its text with a run of the demo. */

import { expect, test } from "vitest";
import { auditTitle } from "../../examples/demo/frames.ts";
import { framesInPicture, pictureOf } from "../../examples/demo/picture.ts";
import { read } from "../support/documents.ts";

const picture = read("provider/docs/images/demo.svg");
const frames = framesInPicture(picture);

test("the picture is drawn from its own frames; if not: npm run picture", () => {
  expect(pictureOf(frames)).toBe(picture);
});

test("the picture shows both people, and ends with the removal in the audit trail", () => {
  expect(Object.keys(frames.at(-2)?.terminals ?? {})).toEqual(["Bob", "Alice"]);
  expect(frames.at(-1)?.terminals[auditTitle]?.at(-1)).toContain("removed the key's metadata");
});

test("a reader without animations, or who prefers less motion, sees only the last frame", () => {
  expect(picture.match(/class="frame last"/g)).toHaveLength(1);
  expect(picture).toContain(".frame { opacity: 0 } .last { opacity: 1 }");
  const animations = picture.match(/[^\n]*\banimation:[^\n]*/g);
  expect(animations).toEqual(["@media (prefers-reduced-motion: no-preference) { .frame { animation: var(--run) } }"]);
});
