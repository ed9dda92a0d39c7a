/**
 * `uko install`: puts the provider where OpenTofu and Terraform find it, or prints the
 * configuration for it; writes no configuration file.
 */

import path from "node:path";
import { Argument, type Command, Option } from "commander";
import { jsonLine } from "../compose.ts";
import { parseFolder } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { filesThatOverrule } from "./engine-configuration.ts";
import { exampleHelp, installHelp } from "./help.ts";
import { type InstallTarget, impliedMirror, providerSource, putIntoMirror, takeFromMirror } from "./provider-mirror.ts";
import { ownPackage, type ProviderPackage, releasedPackage } from "./provider-package.ts";

/** Synonyms, because both engines use the same provider. */
const engines = ["terraform", "tofu", "opentofu"] as const;
type Engine = (typeof engines)[number];

interface InstallOptions {
  readonly from?: string;
  readonly mirror?: string;
  readonly print?: true;
  readonly remove?: true;
  readonly json?: true;
}

/** The result of an installation. */
interface Installed {
  readonly engine: Engine;
  readonly source: ProviderPackage;
  readonly mirror: string;
  readonly put: readonly InstallTarget[];
  readonly overruledBy: readonly string[];
}

export function addInstallCommand(program: Command, world: CliWorld): void {
  program
    .command("install")
    .description("Put the provider where OpenTofu and Terraform find it without a registry; asks no service")
    .addArgument(new Argument("<engine>", "for which engine; one installation is for both").choices(engines))
    .option("--from <file>", "a zip of a release, instead of this package's own provider")
    .addOption(
      new Option("--mirror <folder>", "a mirror of yours, instead of where both engines look by themselves").argParser(
        parseFolder,
      ),
    )
    .addOption(new Option("--print", "print configuration that names the mirror; change nothing").conflicts("from"))
    .addOption(new Option("--remove", "take every version of the provider out again").conflicts(["from", "print"]))
    .option("--json", "one line of JSON")
    .addHelpText("after", `${installHelp}\n${exampleHelp("install")}`)
    .action(async (engine: Engine, options: InstallOptions) => {
      const { environment, machine, out } = world;
      const mirror = options.mirror ?? impliedMirror(machine, environment);
      const write = (text: string, fields: object): void =>
        out.write(
          options.json === true ? `${jsonLine({ v: 1, provider: providerSource, mirror, ...fields })}\n` : text,
        );

      if (options.print === true) {
        const configuration = configurationText(mirror, machine.providerFolder);
        return write(configuration, { configuration });
      }
      if (options.remove === true) {
        const removed = await takeFromMirror(mirror);
        return write(removedText(mirror, removed), { removed });
      }
      const source = await (options.from === undefined ? ownPackage(machine) : releasedPackage(options.from, machine));
      const put = await putIntoMirror(mirror, source);
      const overruledBy = options.mirror === undefined ? await filesThatOverrule(mirror, machine, environment) : [];
      const { version, platform, kind } = source;
      const [alreadyThere, wrote] = [true, false].map((isThere) =>
        put.filter(({ before }) => (before === "same") === isThere).map(({ place }) => place),
      );
      write(installedText({ engine, source, mirror, put, overruledBy }, options), {
        ...{ version, platform, wrote, alreadyThere, needsNode: kind === "folder", overruledBy },
        isChecksumCompared: source.kind === "zip" && source.agreesWith !== undefined,
      });
    });
}

function installedText({ engine, source, mirror, put, overruledBy }: Installed, options: InstallOptions): string {
  const { version, platform, kind } = source;
  const where = options.mirror === undefined ? "where OpenTofu and Terraform look by themselves" : "in that mirror";
  const needs =
    kind === "zip"
      ? "It is an executable of its own, which needs no Node."
      : "It is a script, which needs Node 22.19 or newer on PATH in each run; with --from a zip of a release, none.";
  const isNew = put.some(({ before }) => before !== "same");
  const what = `${providerSource} ${version} for ${platform}`;
  const proof = describeProof(source);
  return [
    isNew ? `Installed ${what} (${proof}) ${where}:` : `${what} (${proof}) was already installed, ${where}:`,
    ...put.map(({ place }) => `  ${place}`),
    needs,
    ...(source.kind === "zip" ? [describeVoucher(source.agreesWith)] : []),
    ...(overruledBy.length === 0 ? ["While it is there, the engines take this provider from there alone."] : []),
    "No configuration file was written.",
    ...(put.some(({ before }) => before === "another")
      ? ["It replaces another copy: where .terraform.lock.hcl refuses it, take the provider's entry out of that file."]
      : []),
    ...overruledText(mirror, overruledBy),
    ...(options.mirror === undefined
      ? []
      : ["", "If no configuration file names that mirror yet, this prints what does:"]),
    ...(options.mirror === undefined ? [] : [`  uko install ${engine} --mirror ${shellWord(options.mirror)} --print`]),
    "",
    "Next, in a project, with this in its configuration:",
    "  terraform {",
    "    required_providers {",
    "      uko = {",
    `        source  = "${providerSource}"`,
    `        version = "${version}"`,
    "      }",
    "    }",
    "  }",
    "either of:",
    "  tofu init",
    "  terraform init",
    "",
    "To undo it:",
    `  uko install ${engine} --remove${options.mirror === undefined ? "" : ` --mirror ${shellWord(options.mirror)}`}`,
    "",
  ].join("\n");
}

/** Part of the first line, because a reader may stop there. */
function describeProof(source: ProviderPackage): string {
  const agreesWith = source.kind === "zip" ? source.agreesWith : undefined;
  return agreesWith === undefined ? "no checksum was compared" : `checksum as in ${path.basename(agreesWith)}`;
}

function describeVoucher(agreesWith: string | undefined): string {
  return agreesWith === undefined
    ? "To have its checksum compared, put the ..._SHA256SUMS of its release next to it and run this again."
    : `Run gpg --verify to see who signed ${path.basename(agreesWith)}.`;
}

function overruledText(mirror: string, files: readonly string[]): readonly string[] {
  if (files.length === 0) return [];
  return [
    "",
    `It will not be found yet, since this says itself where providers come from: ${files.join(", ")}`,
    "Add to its provider_installation:",
    ...mirrorBlock(mirror),
    "and to its direct block, if it has one:",
    `    exclude = ["${providerSource}"]`,
  ];
}

function removedText(mirror: string, removed: readonly string[]): string {
  if (removed.length === 0) return `Nothing of ${providerSource} is in ${mirror}.\n`;
  return [
    "Removed:",
    ...removed.map((place) => `  ${place}`),
    "A project that was initialized with it needs the provider from elsewhere, and another init.",
    "",
  ].join("\n");
}

/**
 * For a configuration file of the engines; the second form is for people who develop the provider.
 */
function configurationText(mirror: string, providerFolder: string): string {
  return [
    "# For ~/.tofurc of OpenTofu and ~/.terraformrc of Terraform (on Windows tofu.rc and terraform.rc in %APPDATA%),",
    "# or the file that TF_CLI_CONFIG_FILE names. There can be one provider_installation. uko install terraform fills the mirror.",
    "provider_installation {",
    ...mirrorBlock(mirror),
    "  direct {",
    `    exclude = ["${providerSource}"]`,
    "  }",
    "}",
    "",
    "# Or, to work on the provider: as it is built, without a lock file, and with a warning in each run.",
    "# provider_installation {",
    "#   dev_overrides {",
    `#     "${providerSource}" = ${JSON.stringify(path.resolve(providerFolder))}`,
    "#   }",
    "#   direct {}",
    "# }",
    "",
  ].join("\n");
}

const mirrorBlock = (mirror: string): readonly string[] => [
  "  filesystem_mirror {",
  `    path    = ${JSON.stringify(mirror)}`,
  `    include = ["${providerSource}"]`,
  "  }",
];

const shellWord = (word: string): string => (/^[\w./~:\\-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
