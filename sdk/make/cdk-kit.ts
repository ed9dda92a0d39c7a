/** The kit for which typed constructs exist, CDK Terrain, and the metadata and README of their package. */

/** Packages that a program installs itself. The kit limits `constructs` itself, and our limit would outlast that. */
export const cdkPeers = { cdktn: "^0.24.0", constructs: ">=10.6.0" } as const;

/** Returns package.json of the package. */
export function cdkManifest(version: string): unknown {
  return {
    name: "@uko/cdktn",
    version,
    description:
      "Keys of IBM Unified Key Orchestrator for CDK Terrain programs, where deleting a key requires two people",
    keywords: ["cdktn", "cdk-terrain", "cdk", "opentofu", "terraform", "uko", "ibm-cloud", "hpcs", "key-management"],
    homepage: "https://github.com/pulumi-uko/pulumi-uko",
    bugs: "https://github.com/pulumi-uko/pulumi-uko/issues",
    author: "pulumi-uko (https://github.com/pulumi-uko)",
    repository: {
      type: "git",
      url: "git+https://github.com/pulumi-uko/pulumi-uko.git",
      directory: "sdk/cdktn",
    },
    license: "Apache-2.0",
    // As the kit itself, so that programs of either kind load it.
    type: "commonjs",
    main: "bin/index.js",
    types: "bin/index.d.ts",
    files: ["bin"],
    engines: { node: ">=22" },
    peerDependencies: cdkPeers,
  };
}

/** Returns tsconfig.json of the package. */
export function cdkCompilerSettings(): unknown {
  return {
    compilerOptions: {
      rootDir: "src",
      outDir: "bin",
      declaration: true,
      target: "es2022",
      module: "nodenext",
      moduleResolution: "nodenext",
      moduleDetection: "force",
      types: [],
      strict: true,
      noFallthroughCasesInSwitch: true,
      noImplicitReturns: true,
      skipLibCheck: true,
    },
    include: ["src"],
  };
}

export function cdkReadme(): string {
  return `# Keys of IBM Unified Key Orchestrator for CDK Terrain

Typed constructs of the provider \`pulumi-uko/uko\`: managed keys, and their vaults, keystores and templates.
Deleting a key requires two people: \`tofu destroy\` requests the approval of a second person, says what it is waiting for, and continues when run again.

\`\`\`sh
npm install @uko/cdktn ${Object.entries(cdkPeers)
    .map(([peer, range]) => `"${peer}@${range}"`)
    .join(" ")}
\`\`\`

\`\`\`ts
import { ManagedKey, UkoProvider } from "@uko/cdktn";
import { App, TerraformStack } from "cdktn";

const app = new App();
const stack = new TerraformStack(app, "payroll");
new UkoProvider(stack, "uko");
new ManagedKey(stack, "payroll", {
  vaultId: "5c1e0000-0000-4000-8000-000000000001",
  template: "payroll",
  label: "payroll",
  deletionReason: "Payroll moved to the new ledger",
});
app.synth();
\`\`\`

\`node main.ts\` writes \`cdktf.out/stacks/payroll\`. It needs Node 22.18 or newer, and \`"type": "module"\` in package.json.
Run \`tofu init\`, \`tofu apply\` and \`tofu destroy\` in that folder.
The kit asks \`terraform\` for its version. Where only OpenTofu is installed, set \`TERRAFORM_BINARY_NAME=tofu\`.

Credentials come from environment variables such as \`UKO_API_KEY\`, never from the program.
A value that the program contains as text appears in the files that it writes. A saved plan contains the values of variables, also of sensitive ones.
Pass the secrets of a keystore in an ephemeral variable, which appears in neither. The kit has no field for that:

\`\`\`ts
const secret = new TerraformVariable(stack, "secret", { type: "string", sensitive: true });
secret.addOverride("ephemeral", true);
\`\`\`

Ephemeral variables require OpenTofu 1.11 or newer, or Terraform 1.11 or newer. Set the variable again when you apply a saved plan.
The kit needs to know that the engine supports ephemeral values: \`new App({ context: { targetVersions: { opentofu: ">=1.11" } } })\`.

CDK Terrain is the maintained fork of CDKTF, which was archived in December 2025. In a program that still uses CDKTF, replace \`cdktf\` with \`cdktn\`.

See what destroy does, roles and pipelines: https://github.com/pulumi-uko/pulumi-uko.
`;
}
