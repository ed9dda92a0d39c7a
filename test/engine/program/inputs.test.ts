import { describe, expect, test } from "vitest";
import { inputsAfterLook, inputsOfImport } from "../../../provider/engine/program/inputs.ts";

const secrets = ["aws.accessKeyId", "aws.secretAccessKey", "payload"];

describe("after a look", () => {
  const before = {
    description: "ours",
    aws: { region: "r", accessKeyId: "id", secretAccessKey: "key" },
    groups: ["b", "a"],
    payload: "AAAA",
  };

  test("what drifted has the service's value, and what agrees keeps the program's form", () => {
    const state = { description: "theirs", groups: ["a", "b"], aws: before.aws, payload: "sha256:…" };
    expect(inputsAfterLook(before, state, ["description"], secrets)).toEqual({ ...before, description: "theirs" });
  });

  test("a secret stays the program's, beside what drifted in its own block", () => {
    const state = { aws: { region: "elsewhere", accessKeyId: "sha256:1", secretAccessKey: "sha256:2" } };
    expect(inputsAfterLook(before, state, ["aws", "payload"], secrets)).toEqual({
      ...before,
      aws: { ...before.aws, region: "elsewhere" },
    });
  });

  test("what is gone in the service is gone from the inputs, and what the program never said is not added", () => {
    expect(inputsAfterLook(before, { label: "x" }, ["description", "label"], secrets)).not.toHaveProperty(
      "description",
    );
    expect(inputsAfterLook(before, { label: "x" }, ["description", "label"], secrets)).not.toHaveProperty("label");
  });
});

describe("of an import", () => {
  test("everything that the service tells is said, but what is reached by a secret", () => {
    const state = {
      name: "paris",
      description: "",
      aws: { region: "r", accessKeyId: "", secretAccessKey: "", note: "" },
      payload: "sha256:1",
      health: "ok",
    };
    const names = ["name", "description", "aws", "payload", "tlsProxy"];
    expect(inputsOfImport(state, names, secrets)).toEqual({ name: "paris" });
  });
});
