/** Tests the program with Pulumi's mocks, which need no project, no stack and no service. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { runtime } from "@pulumi/pulumi";

await runtime.setMocks({
  newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: { ...inputs, lifecycleState: "active" } }),
  call: ({ inputs }) => inputs,
});
// The mocks have to be set before the program is imported.
const { payroll } = await import("./keys.ts");

test("the key names its team", async () => {
  const tags = await new Promise((resolve) => payroll.tags.apply(resolve));
  assert.deepEqual(tags, { team: "payroll" });
});
