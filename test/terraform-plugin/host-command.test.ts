import { expect, test } from "vitest";
import { configuringCommand, wordsOfHost } from "../../provider/terraform-plugin/host-command.ts";

test.each([
  ["tofu plan", "plan"],
  ["tofu apply -auto-approve", "apply"],
  ["/usr/bin/terraform -chdir=prod plan -out=p", "plan"],
  ["tofu destroy", undefined],
  ["tofu plan -destroy", undefined],
  ["tofu apply --destroy=true", undefined],
  ["tofu plan -refresh=false", undefined],
  ["tofu plan -refresh=0", undefined],
  ["tofu plan -destroy=T", undefined],
  ["tofu plan -destroy=0", "plan"],
  ["tofu plan -refresh-only", undefined],
  ["tofu test", undefined],
  ["", undefined],
])("%s: is the command %s of a configuration", (command, expected) => {
  expect(configuringCommand(command.split(" "))).toBe(expected);
});

test("the words of a process that does not exist are not known", () => {
  expect(wordsOfHost(-1, { TF_CLI_ARGS: "-refresh=false" })).toEqual([]);
});

test.runIf(process.platform === "linux")("the arguments in the environment belong to the command", () => {
  expect(wordsOfHost(process.pid, { TF_CLI_ARGS: "-refresh=false" }).at(-1)).toBe("-refresh=false");
});
