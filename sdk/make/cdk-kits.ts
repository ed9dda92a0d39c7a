/** The two kits that have typed constructs of ours, and what their packages tell npm and readers. */

export interface CdkKit {
  /** The kit's own package, and the folder of ours below `sdk`. */
  readonly name: "cdktf" | "cdktn";
  readonly title: string;
  /** What a program brings itself: one kit, and one `constructs` that suits it. */
  readonly peers: Readonly<Record<string, string>>;
  readonly keywords: readonly string[];
  /** What a program says before it may give secrets; undefined where the kit asks for nothing. */
  readonly beforeSecrets?: string;
  /** Which kit to choose, for who reads about this one. */
  readonly advice: string;
}

export const cdkKits: readonly CdkKit[] = [
  {
    name: "cdktf",
    title: "CDKTF",
    peers: { cdktf: "^0.21.0", constructs: "^10.4.2" },
    keywords: ["cdktf", "terraform-cdk"],
    advice: `CDKTF was archived in December 2025; 0.21 is its last version. Programs that use it can have their keys here. New ones take its
living fork CDK Terrain and \`@uko/cdktn\`, which has the same classes: in a program of yours \`cdktf\` becomes \`cdktn\`, and
\`@uko/cdktf\` becomes \`@uko/cdktn\`.`,
  },
  {
    name: "cdktn",
    title: "CDK Terrain",
    peers: { cdktn: "^0.24.0", constructs: ">=10.6.0 <10.8.0" },
    keywords: ["cdktn", "cdk-terrain"],
    beforeSecrets: 'new App({ context: { targetVersions: { opentofu: ">=1.11" } } })',
    advice: `CDK Terrain is the living fork of CDKTF, which was archived in December 2025. Programs that are still on CDKTF take \`@uko/cdktf\`,
which has the same classes.`,
  },
];

/** Answers package.json of the package for a kit. */
export function cdkManifest({ name, title, peers, keywords }: CdkKit, version: string): unknown {
  return {
    name: `@uko/${name}`,
    version,
    description: `Keys of IBM Unified Key Orchestrator for ${title} programs, with two people behind every deletion`,
    keywords: [...keywords, "cdk", "opentofu", "terraform", "uko", "ibm-cloud", "hpcs", "key-management"],
    homepage: "https://github.com/pulumi-uko/pulumi-uko",
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

/** Answers tsconfig.json of the package for a kit. */
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

export function cdkReadme({ name, title, beforeSecrets, advice }: CdkKit): string {
  const asked = `The kit wants to know that the engine keeps them out of the state: \`${beforeSecrets}\`.\n`;
  return `# Keys of IBM Unified Key Orchestrator for ${title}

Typed constructs of the provider \`pulumi-uko/uko\`: managed keys, and the vaults, keystores and templates around them. A key ends through
two people: \`tofu destroy\` asks for a second person, says what is awaited, and goes on when run again.

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

\`node main.ts\` (Node 22.18 or newer, and \`"type": "module"\` in package.json) writes \`cdktf.out/stacks/payroll\`, and there
\`tofu init\`, \`tofu apply\` and \`tofu destroy\` do the rest.

Who acts comes from the environment of a run, \`UKO_API_KEY\` and the others, and so from nobody's program. What a program has as text
stands in what it writes, and a saved plan has the values of variables, sensitive ones too. Give a keystore its secrets by a variable that is
ephemeral, which stays out of both; the kit has no field for that:

\`\`\`ts
const secret = new TerraformVariable(stack, "secret", { type: "string", sensitive: true });
secret.addOverride("ephemeral", true);
\`\`\`

It takes OpenTofu 1.11 or Terraform 1.11, and the apply of a saved plan has to be given its value again.
${beforeSecrets === undefined ? "" : asked}
${advice}

What destroy does, roles and pipelines: https://github.com/pulumi-uko/pulumi-uko.
`;
}
