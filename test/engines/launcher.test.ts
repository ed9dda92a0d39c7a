/** The start of the built plugins on a machine without Node, where an engine shows what they write. */

import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/documents.ts";

test.skipIf(process.platform === "win32").each(["plugin/pulumi-resource-uko", "terraform/terraform-provider-uko"])(
  "build/%s says that Node is missing, and starts with Node on PATH",
  (file) => {
    const start = (folder: string) =>
      spawnSync(path.join(repository, "build", file), ["--version"], { env: { PATH: folder }, encoding: "utf8" });
    const { status, stderr, stdout } = start("/nonexistent");
    expect([status, stderr]).toEqual([127, expect.stringMatching(/^uko requires Node\.js .* node is not on PATH\./)]);
    // go-plugin echoes the first line on standard output. Pulumi takes such a line for a port.
    expect(stdout).toBe(file.startsWith("terraform") ? stderr : "");
    expect(start(path.dirname(process.execPath)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  },
);
