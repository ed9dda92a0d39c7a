/** The messages of many resources that stop for one reason, and the end of a run that knows them all. */

import { expect, test } from "vitest";
import { messageAmong, sayAhead, sayStopped } from "../../../provider/engine/resource/stopped-alike.ts";

const unfinished = {
  kind: "unfinished",
  code: "UKO_APPROVAL_PENDING",
  message: "whole",
  brief: "brief",
  summary: 'Key "d" is waiting',
  forAll: "To approve them, another person runs: uko approve",
} as const;

test("a run whose end counts them explains three resources and names the others in one line", () => {
  const messages = [1, 2, 3, 4].map((count) => messageAmong(unfinished, count, true));
  expect(messages).toEqual([
    "whole",
    "brief\n  [UKO_APPROVAL_PENDING]",
    "brief\n  [UKO_APPROVAL_PENDING]",
    'Key "d" is waiting [UKO_APPROVAL_PENDING]',
  ]);
  expect(sayStopped({ ...unfinished, type: "uko:index:ManagedKey", count: 300 })).toBe(
    [
      "300 resources of type uko:index:ManagedKey stopped: A second person must act [UKO_APPROVAL_PENDING]",
      "  To approve them, another person runs: uko approve",
    ].join("\n"),
  );
});

test("the preview of a destroy has one text for the resources to which the same happens", () => {
  const key = (name: string, message: string) => ({ type: "uko:index:ManagedKey", name, message });
  const texts = sayAhead([
    key("a", 'Deleting key "a" requires two people\n  1. A request'),
    key("b", 'Key "b" is waiting for a second person'),
    key("c", 'Deleting key "c" requires two people\n  1. A request'),
  ]);
  expect(texts).toEqual([
    [
      "What a destroy does now, resources of type uko:index:ManagedKey: 2",
      '  Deleting key "a" requires two people',
      "    1. A request",
      "  The same applies to 1 more: c.",
    ].join("\n"),
    'What a destroy does now, resources of type uko:index:ManagedKey: 1\n  Key "b" is waiting for a second person',
  ]);
});
