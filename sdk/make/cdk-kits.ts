/** The two kits for which typed constructs exist, and the metadata and README of each package. */

export interface CdkKit {
  /** The kit's own package, and the folder below `sdk`. */
  readonly name: "cdktf" | "cdktn";
  readonly title: string;
  /** Packages that a program installs itself: one kit, and a compatible `constructs`. */
  readonly peers: Readonly<Record<string, string>>;
  readonly keywords: readonly string[];
  /** The context that a program needs before it can set secrets; undefined if the kit needs none. */
  readonly beforeSecrets?: string;
  /** Which kit to choose. */
  readonly advice: string;
}

export const cdkKits: readonly CdkKit[] = [
  {
    name: "cdktf",
    title: "CDKTF",
    peers: { cdktf: "^0.21.0", constructs: "^10.4.2" },
    keywords: ["cdktf", "terraform-cdk"],
    advice: `CDKTF was archived in December 2025; 0.21 is its last version. Existing programs can use this package.
New programs use the maintained fork CDK Terrain with \`@uko/cdktn\`, which has the same classes: replace \`cdktf\` with \`cdktn\`, and \`@uko/cdktf\` with \`@uko/cdktn\`.`,
  },
  {
    name: "cdktn",
    title: "CDK Terrain",
    peers: { cdktn: "^0.24.0", constructs: ">=10.6.0 <10.8.0" },
    keywords: ["cdktn", "cdk-terrain"],
    beforeSecrets: 'new App({ context: { targetVersions: { opentofu: ">=1.11" } } })',
    advice: `CDK Terrain is the maintained fork of CDKTF, which was archived in December 2025. Programs that still use CDKTF install \`@uko/cdktf\`, which has the same classes.`,
  },
];

/** Returns package.json of the package for a kit. */
export function cdkManifest({ name, title, peers, keywords }: CdkKit, version: string): unknown {
  return {
    name: `@uko/${name}`,
    version,
    description: `Keys of IBM Unified Key Orchestrator for ${title} programs, where deleting a key requires two people`,
    keywords: [...keywords, "cdk", "opentofu", "terraform", "uko", "ibm-cloud", "hpcs", "key-management"],
    homepage: "https://github.com/pulumi-uko/pulumi-uko",
    bugs: "https://github.com/pulumi-uko/pulumi-uko/issues",
    author: "pulumi-uko (https://github.com/pulumi-uko)",
    repository: {
      type: "git",
      url: "git+https://github.com/pulumi-uko/pulumi-uko.git",
      directory: `sdk/${name}`,
    },
    license: "Apache-2.0",
    // As the kits themselves, so that programs of either kind load it.
    type: "commonjs",
    main: "bin/index.js",
    types: "bin/index.d.ts",
    files: ["bin"],
    engines: { node: ">=22" },
    peerDependencies: peers,
  };
}

/** Returns tsconfig.json of the package for a kit. */
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

export function cdkReadme({ name, title, peers, beforeSecrets, advice }: CdkKit): string {
  const context =
    beforeSecrets === undefined
      ? ""
      : `The kit needs to know that the engine supports ephemeral values: \`${beforeSecrets}\`.\n`;
  return `# Keys of IBM Unified Key Orchestrator for ${title}

Typed constructs of the provider \`pulumi-uko/uko\`: managed keys, and their vaults, keystores and templates.
Deleting a key requires two people: \`tofu destroy\` requests the approval of a second person, says what it is waiting for, and continues when run again.

\`\`\`sh
npm install @uko/${name} ${Object.entries(peers)
    .map(([peer, range]) => `"${peer}@${range}"`)
    .join(" ")}
\`\`\`

\`\`\`ts
import { ManagedKey, UkoProvider } from "@uko/${name}";
import { App, TerraformStack } from "${name}";

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
${context}
${advice}

See what destroy does, roles and pipelines: https://github.com/pulumi-uko/pulumi-uko.
`;
}
