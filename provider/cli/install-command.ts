/** `uko install`: copies the provider into a folder from which OpenTofu and Terraform install it, or removes it. */

import path from "node:path";
import { Argument, type Command, Option } from "commander";
import type { UkoWorld } from "./cli-world.ts";
import {
  filesThatOverrule,
  type InstallTarget,
  impliedMirror,
  providerSource,
  putIntoMirror,
  takeFromMirror,
} from "./provider-mirror.ts";
import { ownPackage, type ProviderPackage, releasedPackage } from "./provider-package.ts";

/** The names of the engines, which mean the same here, because both use the same provider. */
const engines = ["terraform", "tofu", "opentofu"] as const;
type Engine = (typeof engines)[number];

interface InstallOptions {
  readonly from?: string;
  readonly remove?: true;
}

interface Installed {
  readonly engine: Engine;
  readonly source: ProviderPackage;
  readonly mirror: string;
  readonly put: readonly InstallTarget[];
  readonly overruledBy: readonly string[];
}

export function addInstallCommand(program: Command, world: UkoWorld): void {
  program
    .command("install")
    .description("Install the provider where OpenTofu and Terraform find it without a registry; works offline")
    .addArgument(new Argument("<engine>", "engine; one installation works for both").choices(engines))
    .option("--from <file>", "zip of a release, instead of the provider in this package")
    .addOption(new Option("--remove", "remove every version of the provider").conflicts("from"))
    .action(async (engine: Engine, options: InstallOptions) => {
      const { environment, machine, out } = world;
      const mirror = impliedMirror(machine, environment);
      if (options.remove === true) return void out.write(removedText(mirror, await takeFromMirror(mirror)));
      const source = await (options.from === undefined ? ownPackage(machine) : releasedPackage(options.from, machine));
      const put = await putIntoMirror(mirror, source);
      const overruledBy = await filesThatOverrule(mirror, machine, environment);
      out.write(installedText({ engine, source, mirror, put, overruledBy }));
    });
}

function installedText({ engine, source, mirror, put, overruledBy }: Installed): string {
  const { version, platform, kind } = source;
  const where = "in the default folder of OpenTofu and Terraform";
  const needs =
    kind === "zip"
      ? "It is an executable that does not need Node."
      : "It is a script that needs Node 22.19 or newer on PATH. The zip of a release (--from) does not need Node.";
  const isNew = put.some(({ before }) => before !== "same");
  const what = `${providerSource} ${version} for ${platform}`;
  const proof = describeProof(source);
  return [
    isNew ? `Installed ${what} (${proof}) ${where}:` : `${what} (${proof}) was already installed ${where}:`,
    ...put.map(({ place }) => `  ${place}`),
    needs,
    ...(source.kind === "zip" ? [describeVoucher(source.agreesWith)] : []),
    ...(overruledBy.length === 0
      ? ["While this copy exists, OpenTofu and Terraform ignore every other source for this provider."]
      : []),
    "No configuration file was written.",
    ...(put.some(({ before }) => before === "another")
      ? [
          "It replaces another copy. If init fails because of .terraform.lock.hcl, delete the entry of the provider from that file.",
        ]
      : []),
    ...overruledText(mirror, overruledBy),
    "",
    "Next, add this to the configuration of your project:",
    "  terraform {",
    "    required_providers {",
    "      uko = {",
    `        source  = "${providerSource}"`,
    `        version = "${version}"`,
    "      }",
    "    }",
    "  }",
    "and run one of:",
    "  tofu init",
    "  terraform init",
    "",
    "To undo it:",
    `  uko install ${engine} --remove`,
    "",
  ].join("\n");
}

/** How the package was checked. This is part of the first line, because a reader may stop there. */
function describeProof(source: ProviderPackage): string {
  const agreesWith = source.kind === "zip" ? source.agreesWith : undefined;
  return agreesWith === undefined ? "checksum not compared" : `checksum as in ${path.basename(agreesWith)}`;
}

function describeVoucher(agreesWith: string | undefined): string {
  return agreesWith === undefined
    ? "To compare its checksum, put the ..._SHA256SUMS file of its release next to it and run the command again."
    : `To verify the signature of ${path.basename(agreesWith)}, run gpg --verify.`;
}

function overruledText(mirror: string, files: readonly string[]): readonly string[] {
  if (files.length === 0) return [];
  return [
    "",
    `The engines do not find it yet, because these files override where providers are installed from: ${files.join(", ")}`,
    "Add to the provider_installation block:",
    ...mirrorBlock(mirror),
    "and to its direct block, if there is one:",
    `    exclude = ["${providerSource}"]`,
  ];
}

function removedText(mirror: string, removed: readonly string[]): string {
  if (removed.length === 0) return `${providerSource} is not in ${mirror}.\n`;
  return [
    "Removed:",
    ...removed.map((place) => `  ${place}`),
    "A project that was initialized with it needs the provider from another source, and another init.",
    "",
  ].join("\n");
}

const mirrorBlock = (mirror: string): readonly string[] => [
  "  filesystem_mirror {",
  `    path    = ${JSON.stringify(mirror)}`,
  `    include = ["${providerSource}"]`,
  "  }",
];
