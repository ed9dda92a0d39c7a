/** The programs that are measured, for each door: many keys, and as many resources that do nothing, which is what the engine itself costs. */

import { nullNames, nullValues } from "./null-outputs.ts";

export type BenchDoor = "package" | "dynamic";

const modules = { package: "@uko/pulumi", dynamic: "pulumi-uko" } as const;

/** One vault of the demo world, one template, `count` keys. */
export function keysProgram(door: BenchDoor, count: number): string {
  return `import { ManagedKey } from "${modules[door]}";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
for (let index = 1; index <= ${count}; index += 1) {
  const label = "bench " + String(index).padStart(4, "0");
  new ManagedKey(label.replace(" ", "-"), { vaultId, template: "payroll", label });
}
`;
}

/** Resources of a provider that answers at once; declared as our own are, so that nothing else differs. */
export function nullProgram(door: BenchDoor, count: number): string {
  const made =
    door === "package"
      ? 'new CustomResource("null:index:Nothing", name, { ...outputs, label: name }, { version: "0.0.1" });'
      : 'new CustomResource("pulumi-nodejs:dynamic/bench:Nothing", name, { ...outputs, __provider, label: name });';
  const provider = [
    "exports.handler=()=>({",
    // Short, because the engine stores this text twice in each resource.
    `create:async(inputs)=>{const outs={...inputs};for(let i=1;i<=${Object.keys(nullValues).length};i++)`,
    'outs["property_"+i]="a value of 24 characters";return{id:"none",outs}},',
    "diff:async()=>({changes:false}),",
    "read:async(id,props)=>({id,props}),",
    'delete:async()=>{if(process.env.BENCH_REFUSES)throw Object.assign(new Error("The deletion waits"),{code:9})}})',
  ].join("");
  return `import { CustomResource } from "@pulumi/pulumi";

const outputs = Object.fromEntries(${JSON.stringify(nullNames)}.map((name) => [name, undefined]));
${door === "dynamic" ? `const __provider = ${JSON.stringify(provider)};\n` : ""}for (let index = 1; index <= ${count}; index += 1) {
  const name = "bench-" + String(index).padStart(4, "0");
  ${made}
}
`;
}
