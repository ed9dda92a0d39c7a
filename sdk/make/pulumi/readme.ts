/** The README of the Pulumi package for one language: purpose, installation, and a program that the tests run. */

import { readFileSync } from "node:fs";

interface Language {
  readonly title: string;
  /** The fence of the program. */
  readonly fence: string;
  /** Below `examples`. */
  readonly program: string;
  readonly install: string;
  readonly installFence: string;
}

const home = "https://github.com/pulumi-uko/pulumi-uko";

const readmeLanguages = {
  nodejs: {
    title: "TypeScript and JavaScript",
    fence: "ts",
    program: "pulumi-typescript/index.ts",
    install: "npm install @uko/pulumi",
    installFence: "sh",
  },
  python: {
    title: "Python",
    fence: "python",
    program: "pulumi-python/__main__.py",
    install: "pip install pulumi-uko",
    installFence: "sh",
  },
  go: {
    title: "Go",
    fence: "go",
    program: "pulumi-go/main.go",
    install: `go get ${home.replace("https://", "")}/sdk/go`,
    installFence: "sh",
  },
  java: {
    title: "Java",
    fence: "java",
    program: "pulumi-java/src/main/java/payroll/App.java",
    install: "",
    installFence: "xml",
  },
} as const satisfies Readonly<Record<string, Language>>;

/** Returns the README in Markdown. `install` shows what to add to a project if a command cannot do it. */
export function readme(name: keyof typeof readmeLanguages, install: string = readmeLanguages[name].install): string {
  const { title, fence, program, installFence }: Language = readmeLanguages[name];
  const text = readFileSync(new URL(`../../../examples/${program}`, import.meta.url), "utf8").trimEnd();
  return `# IBM Unified Key Orchestrator for Pulumi in ${title}

Use this package to declare the keys of IBM Unified Key Orchestrator (UKO), and their vaults, keystores and templates, in ${title}.
Deleting a key requires two people.
A destroy requests the approval of a second person, says what it is waiting for, and continues when you run it again.

The package is not tested against a real instance yet. Everything runs against [an emulator](${home}) of the service.

## Install

\`\`\`${installFence}
${install}
\`\`\`

Pulumi downloads the plugin that belongs to the package. Name your instance and your credential in the environment of each run:

\`\`\`sh
export UKO_INSTANCE_ID=0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e UKO_REGION=eu-de
export UKO_API_KEY=...
\`\`\`

## Declare a key

\`\`\`${fence}
${text}
\`\`\`

## Delete a key

\`\`\`sh
pulumi destroy --continue-on-error
\`\`\`

The first run requests the deactivation. Another person approves it with \`uko approve payroll\`.
Then you request the destruction with \`uko request payroll\`, and the other person approves that, too.

Run the destroy as often as you like: each run takes the steps that are allowed then, and says who or what it waits for.
It exits with 1 while it waits for a person or for a time. The key stays in the state until it is really gone.

Read what destroy does, which roles each person needs, and how to use pipelines: ${home}.
`;
}
