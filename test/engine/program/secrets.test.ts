import { expect, test } from "vitest";
import { digestSecrets } from "../../../provider/engine/program/secrets.ts";
import { sha256 } from "../../support/builders.ts";

const secret = { name: "aws", aws: { region: "eu-1", secretAccessKey: "hush" }, payload: "material" };

test("each secret becomes a digest at every depth, and no other value changes", () => {
  expect(digestSecrets(secret, ["aws.secretAccessKey", "payload"], sha256)).toEqual({
    name: "aws",
    aws: { region: "eu-1", secretAccessKey: `sha256:${sha256("hush")}` },
    payload: `sha256:${sha256("material")}`,
  });
  expect(secret.payload).toBe("material");
});

test("an absent value stays absent", () => {
  const inputs = { name: "ring", azure: undefined };
  expect(digestSecrets(inputs, ["azure.password", "aws.secretAccessKey", "payload", "name.first"], sha256)).toEqual(
    inputs,
  );
});
