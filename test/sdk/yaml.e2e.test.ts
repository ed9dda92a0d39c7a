/** YAML needs no package: the programs of the documentation are bound by the schema that the plugin itself answers. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { functionPrograms } from "../../sdk/make/docs/function-programs.ts";
import { PulumiWorkspace } from "../stage/pulumi.ts";
import { unreachable } from "../support/unreachable.ts";
import { resourcePrograms } from "./support/example-programs.ts";

/** Without a service: the objects that the programs name exist nowhere. */
async function preview(text: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "uko-yaml-"));
  try {
    await writeFile(path.join(folder, "Pulumi.yaml"), text);
    await using workspace = await PulumiWorkspace.create(folder);
    const person = await workspace.person("carol", { env: unreachable });
    for (const [, name = ""] of text.matchAll(/^ {2}(\w+):\n {4}type: string\n {4}secret: true$/gm)) {
      expect((await person.run(["config", "set", "--secret", name, "AKIAEXAMPLE"])).exitCode).toBe(0);
    }
    return await person.preview();
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.each(resourcePrograms("yaml"))("the documented program $name can be run", async ({ text }) => {
  const { exitCode, output } = await preview(text);
  expect([exitCode, output]).toEqual([0, expect.stringMatching(/\+ [0-9]+ to create/)]);
  // A plan says that KMS never turns this policy off again.
  expect(output.replaceAll(/warning: KMS key .* on for good/g, "")).not.toContain("warning:");
});

test.each(["planDeletion", "listVaults", "getKmsKey"] as const)(
  "the documented program of %s reaches the service, which is not there",
  async (name) => {
    const { exitCode, output } = await preview(functionPrograms(name).yaml ?? "");
    expect([exitCode, output]).toEqual([expect.any(Number), expect.stringContaining("UKO_SERVICE_UNAVAILABLE")]);
  },
);

test("a property that is not there is told by its name", async () => {
  const text = resourcePrograms("yaml")[0]?.text.replace("template:", "templat:") ?? "";
  const { exitCode, output } = await preview(text);
  expect(exitCode).not.toBe(0);
  expect(output).toContain("templat");
});
