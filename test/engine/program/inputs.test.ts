import { describe, expect, test } from "vitest";
import { digestSecrets, inputsAfterLook, inputsOfImport } from "../../../provider/engine/program/inputs.ts";
import { sha256 } from "../../support/builders.ts";

const secrets = ["aws.accessKeyId", "aws.secretAccessKey", "payload"];

describe("after a read", () => {
  const before = {
    description: "ours",
    aws: { region: "r", accessKeyId: "id", secretAccessKey: "key" },
    groups: ["b", "a"],
    payload: "AAAA",
  };

  test("a drifted value is the service's, and an equal value keeps the program's form", () => {
    const state = { description: "theirs", groups: ["a", "b"], aws: before.aws, payload: "sha256:…" };
    expect(inputsAfterLook(before, state, ["description"], secrets)).toEqual({ ...before, description: "theirs" });
  });

  test("a secret stays the program's, next to drifted values of its own block", () => {
    const state = { aws: { region: "elsewhere", accessKeyId: "sha256:1", secretAccessKey: "sha256:2" } };
    expect(inputsAfterLook(before, state, ["aws", "payload"], secrets)).toEqual({
      ...before,
      aws: { ...before.aws, region: "elsewhere" },
    });
  });

  test("a value that the service no longer has is removed, and one that the program never set is not added", () => {
    expect(inputsAfterLook(before, { label: "x" }, ["description", "label"], secrets)).not.toHaveProperty(
      "description",
    );
    expect(inputsAfterLook(before, { label: "x" }, ["description", "label"], secrets)).not.toHaveProperty("label");
  });
});

describe("of an import", () => {
  test("takes every value that the service returns, except what is reached by a secret", () => {
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

describe("of secrets in a state", () => {
  const block = { name: "aws", aws: { region: "eu-1", secretAccessKey: "hush" }, payload: "material" };

  test("each secret becomes a digest at every depth, and no other value changes", () => {
    expect(digestSecrets(block, ["aws.secretAccessKey", "payload"], sha256)).toEqual({
      name: "aws",
      aws: { region: "eu-1", secretAccessKey: `sha256:${sha256("hush")}` },
      payload: `sha256:${sha256("material")}`,
    });
    expect(block.payload).toBe("material");
  });

  test("an absent value stays absent", () => {
    const inputs = { name: "ring", azure: undefined };
    expect(digestSecrets(inputs, ["azure.password", "aws.secretAccessKey", "payload", "name.first"], sha256)).toEqual(
      inputs,
    );
  });
});
