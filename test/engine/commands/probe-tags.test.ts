import { describe, expect, it } from "vitest";
import { probeTags } from "../../../provider/engine/commands/probe-tags.ts";
import { vaultId } from "../../emulator/harness.ts";
import { options, type PersonsRun, useEngineWorld, withKeys } from "../harness.ts";

const world = useEngineWorld();

const probe = { vaultId, template: "payroll-draft", isDualRequired: false };
async function probeAs(run: PersonsRun, signal = options.signal) {
  const checks = await probeTags(run.world, probe, { signal });
  return checks.map(({ level, says }) => `${level} ${says}`).join("\n");
}

it("reports, after a few reads, that an untraceable creation most likely made no key", async () => {
  await world.fault({ operation: "K2", drop: "before" });
  const run = world.run("carol");
  expect(await probeAs(run)).toMatch(/^fail It is not known whether the throwaway key "uko probe \w{8}" was created/);
  expect(run.sleeps).toHaveLength(2);
  expect(await world.effects()).toEqual([]);
});

it("does not treat another writer's key with the same label as its own", async () => {
  const run = world.run("carol", {
    wrap: withKeys((keys) => ({
      async create(key) {
        await world.run("bob").world.keys.create(key, options);
        return { kind: "lost", reason: "cut off" };
      },
      list: keys.list,
    })),
  });
  expect(await probeAs(run)).toContain("UKO_RESPONSE_LOST");
  expect(await world.effects()).toEqual(["K2"]);
});

describe("does not change a key", () => {
  const meanwhile = (act: (keyId: string) => Promise<unknown>) =>
    world.run("carol", {
      wrap: withKeys((keys) => ({
        async update(ref, ...rest) {
          const written = await keys.update(ref, ...rest);
          await act(ref.keyId);
          return written;
        },
      })),
    });

  it("that another writer activated in the meantime", async () => {
    const run = meanwhile((keyId) => world.test.as("alice").step(keyId, "activate"));
    expect(await probeAs(run)).toContain(
      "was not deleted (state: active): the key was changed after the probe created it",
    );
    expect(await world.effects()).toEqual(["K2", "K4", "K6"]);
  });

  it("that another writer marked as requiring two people in the meantime", async () => {
    const tags = [{ name: "uko_dual", value: "both" }];
    const run = meanwhile((keyId) => world.test.as("bob").patch(keyId, { tags }));
    expect(await probeAs(run)).toContain("was not deleted (state: pre_activation): the key requires two people");
    expect(await world.effects()).toEqual(["K2", "K4", "K4"]);
  });
});

it("names the key if the run is canceled between two calls", async () => {
  const stop = new AbortController();
  const run = world.run("carol", {
    wrap: withKeys((keys) => ({
      async update(...args) {
        const written = await keys.update(...args);
        stop.abort();
        return written;
      },
    })),
  });
  expect(await probeAs(run, stop.signal)).toMatch(/was not deleted \(state: pre_activation\): The run was stopped/);
});
