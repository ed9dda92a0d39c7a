import { describe, expect, test } from "vitest";
import { z } from "zod";
import { differencesIn } from "../../../provider/engine/resource/diff.ts";

const shape = {
  description: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  aws: z.strictObject({ region: z.string(), secretAccessKey: z.string(), note: z.string().optional() }).optional(),
  groups: z.array(z.string()).optional(),
  state: z.string().optional(),
};
const progress = { state: "lifecycleState" };

function between(state: Readonly<Record<string, unknown>>, inputs: Readonly<Record<string, unknown>>) {
  return differencesIn({ changed: Object.keys(inputs), state, inputs, shape, progress });
}

describe("differences", () => {
  test("a value is added, changed or removed", () => {
    expect(between({}, { description: "new" })).toEqual([{ path: "description", kind: "add", of: "input" }]);
    expect(between({ description: "old" }, { description: "new" })).toMatchObject([{ kind: "update" }]);
    expect(between({ description: "old" }, { description: undefined })).toMatchObject([{ kind: "delete" }]);
  });

  test("a map is compared entry by entry, and an absent entry is removed", () => {
    const found = between({ tags: { a: "1", b: "2", c: "3" } }, { tags: { a: "1", b: "x", "d.e": "4", 'f"': "5" } });
    expect(found.map(({ path, kind }) => `${kind} ${path}`).sort()).toEqual([
      'add tags["d.e"]',
      'add tags["f\\""]',
      "delete tags.c",
      "update tags.b",
    ]);
  });

  test("in a block, a value that the program leaves out keeps the service's value", () => {
    const state = { aws: { region: "r", secretAccessKey: "sha256:1", note: "n" } };
    expect(between(state, { aws: { region: "r", secretAccessKey: "sha256:2" } })).toEqual([
      { path: "aws.secretAccessKey", kind: "update", of: "input" },
    ]);
  });

  test("a list is one value, and so is a block that appears", () => {
    expect(between({ groups: ["a"] }, { groups: ["b"] })).toEqual([{ path: "groups", kind: "update", of: "input" }]);
    expect(between({}, { aws: { region: "r" } })).toEqual([{ path: "aws", kind: "add", of: "input" }]);
  });

  test("a goal that is set but not reached shows in the missing output", () => {
    const goal = { state: "destroyed" };
    expect(between(goal, goal)).toEqual([{ path: "lifecycleState", kind: "update", of: "goal" }]);
    expect(between({ state: "active" }, goal)).toEqual([{ path: "state", kind: "update", of: "input" }]);
  });
});
