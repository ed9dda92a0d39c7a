/** The programs that are measured, for each interface: many keys, and as many resources that do nothing, which is what the engine itself costs. */

import { readFileSync } from "node:fs";
import type { StoredKey } from "./null-state.ts";

export type BenchInterface = "package" | "dynamic";

const modules = { package: "@uko/pulumi", dynamic: "pulumi-uko" } as const;

const schema = JSON.parse(readFileSync(new URL("../../sdk/schema.json", import.meta.url), "utf8")) as {
  readonly resources: Readonly<Record<string, { readonly properties: object }>>;
};
/** Of a managed key: an engine pays for each of them. */
const names = Object.keys(schema.resources["uko:index:ManagedKey"]?.properties ?? {});
/** About as long as the text of ours, because the engine stores it twice in each resource. */
const provider = "exports.handler=()=>require(process.env.BENCH_HANDLER)";

/** One vault of the demo world, one template, `count` keys. */
export function keysProgram(userInterface: BenchInterface, count: number): string {
  return `import { ManagedKey } from "${modules[userInterface]}";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
for (let index = 1; index <= ${count}; index += 1) {
  const label = "bench " + String(index).padStart(4, "0");
  new ManagedKey(label.replace(" ", "-"), { vaultId, template: "payroll", label });
}
`;
}

/** As many resources of a provider that does nothing, declared as ours are, so that nothing else differs. */
export function nullProgram(userInterface: BenchInterface, count: number, stored: StoredKey): string {
  const passed = Object.fromEntries((stored.passed ?? []).map((name) => [name, stored.inputs[name]]));
  const made =
    userInterface === "package"
      ? 'new CustomResource("null:index:Nothing", name, properties, { version: "0.0.1" });'
      : 'new CustomResource("pulumi-nodejs:dynamic/bench:Nothing", name, { ...properties, __provider });';
  return `import { CustomResource } from "@pulumi/pulumi";

const outputs = Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, undefined]));
const passed = ${JSON.stringify(passed)};
${userInterface === "dynamic" ? `const __provider = ${JSON.stringify(provider)};\n` : ""}for (let index = 1; index <= ${count}; index += 1) {
  const label = "bench " + String(index).padStart(4, "0");
  const name = label.replace(" ", "-");
  const properties = { ...outputs, ...passed, label };
  ${made}
}
`;
}
