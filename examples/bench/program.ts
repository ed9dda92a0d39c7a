/** The two programs that are measured: many keys, and as many resources that do nothing, which is what the engine itself costs. */

/** One vault of the demo world, one template, `count` keys. */
export function keysProgram(count: number): string {
  return `import { ManagedKey } from "pulumi-uko";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
for (let index = 1; index <= ${count}; index += 1) {
  const label = "bench " + String(index).padStart(4, "0");
  new ManagedKey(label.replace(" ", "-"), { vaultId, template: "payroll", label });
}
`;
}

/** Resources of a provider that answers at once; declared as our own are, so that nothing else differs. */
export function nullProgram(count: number): string {
  const provider = [
    "exports.handler=()=>({",
    'create:async()=>({id:"none",outs:{}}),',
    "diff:async()=>({changes:false}),",
    "read:async(id,props)=>({id,props}),",
    "delete:async()=>{}})",
  ].join("");
  return `import { CustomResource } from "@pulumi/pulumi";

const __provider = ${JSON.stringify(provider)};
for (let index = 1; index <= ${count}; index += 1) {
  const name = "bench-" + String(index).padStart(4, "0");
  new CustomResource("pulumi-nodejs:dynamic/bench:Nothing", name, { __provider, label: name });
}
`;
}
