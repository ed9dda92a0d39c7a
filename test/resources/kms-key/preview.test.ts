import { expect, it } from "vitest";
import { kmsKey } from "../../../provider/resources/kms-key/index.ts";
import { aWorld } from "../../engine/fakes.ts";
import { options } from "../../engine/harness.ts";

const preview = (over: object) =>
  kmsKey.previewCreation(aWorld(), { name: "wages", type: "root", ...over }, { ...options, isPlanned: () => false });

it.each([{ dualAuthorization: "required" }, { dualAuthorization: "single", dualAuthDelete: true }] as const)(
  "the plan of a creation with %o says that KMS dual authorization stays on for good",
  async (inputs) => {
    expect((await preview(inputs)).warnings).toEqual([
      `KMS key "wages" will require two people for its deletion. KMS dual authorization is on for good: KMS never turns it off, and IBM's console does not show it`,
    ]);
  },
);

it.each([{ dualAuthorization: "single" }, { dualAuthorization: "single", dualAuthDelete: false }] as const)(
  "the plan of a creation with %o says nothing about KMS dual authorization",
  async (inputs) => expect((await preview(inputs)).warnings).toEqual([]),
);
