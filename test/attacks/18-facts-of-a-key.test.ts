/** Certificates whose facts about a key say more than the evidence: its outcome, its key check value, its steps. */

import { beforeAll, describe, expect, it } from "vitest";
import type { LoggedLine } from "../../provider/certificate/evidence-log.ts";
import { keyIn } from "../certificate/story.ts";
import { useStory } from "../certificate/use-story.ts";

const story = useStory();
beforeAll(async () => {
  await story.destroy("payroll");
  await story.remove("payroll");
});

describe("a certificate calls a key destroyed or removed only by the rule of the removal", () => {
  type Entries = readonly LoggedLine[];
  const outcomeAfter = (change: (entries: Entries) => Entries) => {
    const entries = change(story.entries());
    return keyIn(entries)?.outcome;
  };
  const removal = (entries: Entries, change: (key: NonNullable<LoggedLine["key"]>) => object): Entries =>
    entries.map((entry) =>
      entry.step === "remove" && entry.key !== undefined
        ? { ...entry, key: { ...entry.key, ...change(entry.key) } }
        : entry,
    );

  it("and with the evidence of each keystore it does", () => {
    expect(outcomeAfter((entries) => entries)).toBe("removed");
  });

  it.each<readonly [string, (entries: Entries) => Entries]>([
    ["only the destruction is in the evidence", (entries) => entries.filter(({ step }) => step !== "remove")],
    ["the keystores were not asked live", (entries) => removal(entries, () => ({ isLive: false }))],
    ["the last status names no keystore", (entries) => removal(entries, () => ({ keystores: [] }))],
    [
      "a keystore still names a date ahead",
      (entries) =>
        removal(entries, ({ keystores }) => ({
          keystores: keystores.map((each) => ({ ...each, destructionAt: "2099-01-01T00:00:00Z" })),
        })),
    ],
    [
      "a keystore reports the key",
      (entries) =>
        removal(entries, ({ keystores }) => ({ keystores: keystores.map((each) => ({ ...each, status: "active" })) })),
    ],
  ])("although %s", (_what, change) => {
    expect(outcomeAfter(change)).toBe("pending_destruction");
  });
});

describe("a certificate has the key check value from before the destruction", () => {
  type Values = NonNullable<NonNullable<LoggedLine["key"]>["keyCheckValues"]>;
  const valuesWith = (change: (step: string, values: Values) => Values | undefined) => {
    const entries = story.entries();
    for (const { step, key } of entries) {
      if (key !== undefined) Object.assign(key, { keyCheckValues: change(step, key.keyCheckValues ?? []) });
    }
    return keyIn(entries)?.keyCheckValues;
  };
  const other = [{ method: "ENC-ZERO", value: "000000" }];

  it("although the service reports another one, or none, once the key is destroyed", () => {
    const [own] = valuesWith((_, values) => values) ?? [];
    expect(own).toMatchObject({ method: "ENC-ZERO", value: expect.stringMatching(/^[\dA-F]{6}$/) });
    expect(valuesWith((step, values) => (step === "remove" ? other : values))).toEqual([own]);
    expect(valuesWith((step, values) => (step === "remove" ? undefined : values))).toEqual([own]);
  });

  it("and of the version that was destroyed, if the key was rotated between two deactivations", () => {
    const [own] = valuesWith((_, values) => values) ?? [];
    expect(valuesWith((step, values) => (step === "deactivate" ? other : values))).toEqual([own]);
  });

  it("and none if the service reported none before, because only the removal could then have brought it", () => {
    expect(valuesWith((step, values) => (step === "remove" ? values : []))).toBeUndefined();
  });
});

it("states for each step how its own run authenticated, not how the person's last run did", () => {
  const entries = story.entries();
  const [first] = entries;
  if (first?.run !== undefined) Object.assign(first.run, { credential: "token" });
  const key = keyIn(entries);
  const own = key?.steps.filter(({ executor }) => executor.iamId === first?.actor.iamId) ?? [];
  expect(own.map(({ step, credential }) => `${step} by ${credential}`)).toEqual([
    "write_record by token",
    "destroy by api_key",
    "remove by api_key",
  ]);
});
