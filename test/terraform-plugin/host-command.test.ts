import { expect, test } from "vitest";
import { isPlanOfConfiguration, wordsOfHost } from "../../provider/terraform-plugin/host-command.ts";

test.each([
  ["tofu plan", true],
  ["tofu apply -auto-approve", true],
  ["/usr/bin/terraform -chdir=prod plan -out=p", true],
  ["tofu destroy", false],
  ["tofu plan -destroy", false],
  ["tofu apply --destroy=true", false],
  ["tofu plan -refresh=false", false],
  ["tofu plan -refresh-only", false],
  ["tofu test", false],
  ["", false],
])("%s: a creation that cannot succeed is an error: %s", (command, isError) => {
  expect(isPlanOfConfiguration(command.split(" "))).toBe(isError);
});

test("the words of a process that does not exist are not known", () => {
  expect(wordsOfHost(-1, { TF_CLI_ARGS: "-refresh=false" })).toEqual([]);
});

test.runIf(process.platform === "linux")("the arguments in the environment belong to the command", () => {
  expect(wordsOfHost(process.pid, { TF_CLI_ARGS: "-refresh=false" }).at(-1)).toBe("-refresh=false");
});
