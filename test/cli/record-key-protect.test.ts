/** `--record` on an instance of Key Protect, where names, rings, aliases and resources are words of the API. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { demoInstanceId, keyProtectWorld } from "../../provider/emulator/store/demo-seed.ts";
import { useCliStage } from "./cli-stage.ts";

const id = "9b2d0000-0000-4000-8000-000000000003";
const used = "9b2d0000-0000-4000-8000-000000000004";
const account = "0815471108154711";
const { world, folder } = useCliStage({
  profile: "key-protect",
  seed: {
    ...keyProtectWorld,
    keyRings: ["archive"],
    kmsKeys: [
      {
        id,
        name: "destroyed",
        dualAuthDelete: true,
        aliases: ["metadata"],
        ring: "archive",
      },
      {
        id: used,
        name: "used",
        resources: [{ crn: `crn:v1:bluemix:public:cloud-object-storage:global:a/${account}:guid:bucket:secret` }],
      },
    ],
    clock: { start: "2026-11-24T14:22:00Z", frozen: true },
  },
});

it("shows the window of a key, and neither its name nor its ring, alias, account and resource", async () => {
  const file = path.join(folder, "deletion.jsonl");
  for (const [who, command] of [
    ["alice", `request kms/${id}`],
    ["bob", `status kms/${id}`],
    ["bob", "status kms/destroyed"],
    ["bob", `status kms/${used}`],
    ["bob", "status kms/metadata"],
  ] as const)
    await world.type(who, `${command} --record ${file}`);
  const text = readFileSync(file, "utf8");
  expect(text).toContain('"id":"life.window"');
  expect(text).toContain('"apiVersion":"v2"');
  expect(text).toContain("GET kms /keys/<kms-key-1>/metadata");
  const own = [
    id,
    demoInstanceId,
    account,
    "secret",
    "archive",
    '"destroyed"',
    "=destroyed",
    "/destroyed",
    '"metadata"]',
  ];
  expect(own.filter((each) => text.includes(each))).toEqual([]);
  expect(text).not.toMatch(/guid:bucket:[^<]|\/keys\/metadata/);
});
