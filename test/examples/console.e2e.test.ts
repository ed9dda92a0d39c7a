import { expect, test } from "vitest";
import { perform } from "../stage/perform.ts";
import { story } from "./stories/console.ts";

test("examples/console opens a console for each person, and says what to click", async () => {
  let shown = "";
  const audit = await perform(story, (text) => {
    shown += text;
  });
  expect(shown.match(/http:\/\/127\.0\.0\.1:\d+\//g)).toHaveLength(2);
  expect(shown.match(/Code for the next log-in: [A-Z]{4}-[A-Z]{4}/g)).toHaveLength(2);
  expect(shown).toContain('You are IBMid-550000BOB ("Bob Example"), a person.');
  expect(audit.filter(({ operation, effect }) => operation !== "seed" && effect && /^K/.test(operation))).toEqual([]);
});
