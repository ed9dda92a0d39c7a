import { describe, expect, test } from "vitest";
import {
  compareSecrets,
  digestSecrets,
  inputsAfterLook,
  inputsOfImport,
  unknownIfNew,
} from "../../../provider/engine/resource/inputs.ts";
import { UNKNOWN } from "../../../provider/engine/resource/unknown.ts";
import { secretDigests as digests } from "../../support/builders.ts";

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

  const paths = ["aws.secretAccessKey", "payload"];
  const digest = expect.stringMatching(/^scrypt:[\w-]{22}:[\w-]{43}$/);

  test("each secret becomes a digest at every depth, and no other value changes", () => {
    const digested = digestSecrets(block, paths, digests);
    expect(digested).toEqual({ name: "aws", aws: { region: "eu-1", secretAccessKey: digest }, payload: digest });
    expect(digestSecrets(digested, paths, digests)).toEqual(digested);
    expect(block.payload).toBe("material");
  });

  test("the digest of an unchanged secret stays, and a new secret gets a new one", () => {
    const before = digestSecrets(block, paths, digests);
    const after = digestSecrets({ ...block, payload: "other" }, paths, digests, before);
    expect(after).toEqual({ ...before, payload: digest });
    expect(after.payload).not.toBe(before.payload);
  });

  test("a comparison finds the secret that changed, against a state and against former inputs", () => {
    for (const before of [digestSecrets(block, paths, digests), block]) {
      expect(compareSecrets(block, paths, digests, before)).toEqual(before);
      const compared = compareSecrets({ ...block, payload: "other" }, paths, digests, before);
      expect(compared.aws).toEqual(before.aws);
      expect(["other", before.payload]).not.toContain(compared.payload);
      expect(unknownIfNew(compared, paths)).toEqual({ ...before, payload: UNKNOWN });
    }
    // An adopted object has secrets that only the service knows.
    const adopted = { ...block, payload: "" };
    expect(compareSecrets(block, paths, digests, adopted).payload).not.toBe("");
    expect(compareSecrets(adopted, paths, digests, adopted).payload).toBe("");
  });

  test("an absent value stays absent", () => {
    const inputs = { name: "ring", azure: undefined };
    expect(digestSecrets(inputs, ["azure.password", "aws.secretAccessKey", "payload", "name.first"], digests)).toEqual(
      inputs,
    );
  });
});
