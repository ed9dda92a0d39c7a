/** Programs that uko starts: a signer, a browser, an engine. None of them gets a credential of its own accord. */

import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it, vi } from "vitest";
import { browserOf } from "../../provider/bin/machine.ts";
import { variables } from "../../provider/cli/help.ts";
import { withoutSecrets } from "../../provider/process/other-programs.ts";
import { useStory } from "../certificate/use-story.ts";
import { keys } from "../cli/harness.ts";

const story = useStory();
beforeAll(async () => {
  await story.uko("bob", `request ${keys.payroll}`);
});

const secrets = { UKO_API_KEY: "k", UKO_API_KEY_FILE: "f", UKO_TOKEN: "t", UKO_SIGN_PASSPHRASE_FILE: "p" };

it("a signer's command sees no credential of the caller and no passphrase file, but the rest of the environment", async () => {
  const program = `const { sign } = require("node:crypto"); const { readFileSync, writeFileSync } = require("node:fs");
    writeFileSync(process.argv[3], Object.keys(process.env).join("\\n"));
    process.stdout.write(sign("sha256", readFileSync(0), readFileSync(process.argv[2])).toString("base64"));`;
  writeFileSync(story.file("sign.cjs"), program);
  for (const [name, value] of Object.entries(secrets)) vi.stubEnv(name, value);
  const signer = `--signer "${process.execPath} @sign.cjs @alice.key @seen" --signer-key @alice.pem`;
  const environment = { UKO_SIGN_PASSPHRASE_FILE: "p", HSM_SLOT: "1" };
  const ended = await story.uko(
    "alice",
    `certificate create --key ${keys.payroll} ${signer} --out @x.json`,
    environment,
  );
  vi.unstubAllEnvs();
  expect(ended).toMatchObject({ err: "", exitCode: 0 });
  const seen = readFileSync(story.file("seen"), "utf8").split("\n");
  expect(seen.filter((name) => name in secrets)).toEqual([]);
  expect(seen).toContain("HSM_SLOT");
});

it.runIf(process.platform === "linux")("a browser sees none either", async () => {
  const seen = story.file("browser");
  writeFileSync(story.file("xdg-open"), `#!/bin/sh\n/usr/bin/env > ${seen}.new; /bin/mv ${seen}.new ${seen}\n`);
  chmodSync(story.file("xdg-open"), 0o700);
  vi.stubEnv("PATH", story.folder);
  browserOf({ ...secrets, PATH: story.folder, DISPLAY: ":0" })?.("http://127.0.0.1/");
  vi.unstubAllEnvs();
  await vi.waitFor(() => expect(existsSync(seen)).toBe(true), { timeout: 10_000 });
  const names = readFileSync(seen, "utf8")
    .split("\n")
    .map((line) => line.split("=")[0] ?? "");
  expect(names.filter((name) => name in secrets)).toEqual([]);
  expect(names).toContain("DISPLAY");
});

it("every setting that holds a credential, or names the file of one, is left out, however it is spelled", () => {
  const named = Object.keys(variables).filter((name) => /KEY|TOKEN|PASS|SECRET/.test(name));
  expect(named).toEqual(Object.keys(secrets));
  const given = Object.fromEntries([...named, "uko_api_key", "PATH"].map((name) => [name, "a"]));
  expect(withoutSecrets(given)).toEqual({ PATH: "a" });
});
