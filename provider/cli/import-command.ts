/**
 * `uko import`: writes a Pulumi program or a Terraform configuration that adopts one vault and its contents, except
 * destroyed keys. It changes nothing in the service and overwrites no file.
 */

import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Command, Option } from "commander";
import type { InventoryItem } from "../engine/commands/inventory.ts";
import type { UkoError } from "../errors.ts";
import { fileError, makeFolder } from "../process/regular-file.ts";
import { collectVaults, invalidInput, usageError } from "./arguments.ts";
import type { OpenOperations, UkoWorld } from "./cli-world.ts";
import type { ProgramFile } from "./named-resources.ts";
import { impliedMirror, isInMirror } from "./provider-mirror.ts";
import { packedPackage, writeProgram } from "./pulumi-program.ts";
import { withOperations } from "./run.ts";
import { resolveVaults } from "./selection.ts";

interface Written {
  readonly files: readonly ProgramFile[];
  readonly next: readonly string[];
}

const formats = ["pulumi", "tofu", "terraform"] as const;
type Format = (typeof formats)[number];

interface ImportOptions {
  readonly vault: readonly string[];
  readonly format: Format;
  readonly out: string;
}

export function addImportCommand(program: Command, world: UkoWorld): void {
  program
    .command("import")
    .description("Write a program that adopts a vault with its keystores, templates and keys")
    .addOption(new Option("--vault <vault>", "the vault, by name or ID").argParser(collectVaults).makeOptionMandatory())
    .addOption(
      new Option("--format <format>", "TypeScript for Pulumi, or HCL for OpenTofu or Terraform")
        .choices(formats)
        .default("pulumi"),
    )
    .option("--out <folder>", "target folder; uko does not overwrite files", ".")
    .action(async ({ vault, format, out }: ImportOptions) => {
      await requireFree(out, names[format]);
      await withOperations(world, async (run) => {
        const { inventory, settings, options } = run;
        const [vaultId = "", other] = await resolveVaults(run, vault, options);
        if (other !== undefined) throw usageError("uko import writes the program of one vault", "Name one vault.");
        const { items, leftOut } = await inventory(vaultId, options);
        const { files, next } = await writeFor(format, items, settings, world);
        await write(out, files);
        world.out.write(
          [
            ...files.map(({ name }) => `Wrote ${path.join(out, name)}`),
            `${items.length} resources, without destroyed keys. Secrets cannot be read, so they are not included.`,
            ...(leftOut.length === 0 ? [] : ["", "Not included, because this release cannot manage it:"]),
            ...leftOut.map((line) => `  ${line}`),
            "",
            "Next, in that folder, run:",
            ...next,
            "",
          ].join("\n"),
        );
      });
    });
}

const names = {
  pulumi: ["Pulumi.yaml", "package.json", "index.ts", "import.json"],
  tofu: ["main.tf", "imports.tf"],
  terraform: ["main.tf", "imports.tf"],
} as const satisfies Record<Format, readonly string[]>;

async function writeFor(
  format: Format,
  items: readonly InventoryItem[],
  { instanceId, region }: OpenOperations["settings"],
  { version, environment, machine }: UkoWorld,
): Promise<Written> {
  if (format === "pulumi") {
    return {
      files: writeProgram(items, version),
      next: [
        `  npm install ./${packedPackage(version)} && pulumi stack init dev && pulumi up`,
        `The package is not published yet: create ${packedPackage(version)} with npm pack ./sdk/nodejs in a checkout, copy it into the folder, and install the plugin first.`,
        "import.json names the same resources for pulumi import --file; this program does not read it.",
        "The first pulumi up adopts each resource by its ID. It changes nothing except that it marks each key without a marker as requiring two people.",
      ],
    };
  }
  // The writer is imported here, because its schema takes a while to build and no other command needs it.
  const { writeConfiguration } = await import("./terraform-program.ts");
  const surroundings = { command: format, version, instanceId, ...(region !== undefined && { region }) };
  const isInstalled = await isInMirror(impliedMirror(machine, environment), version, machine);
  return {
    files: writeConfiguration(items, surroundings),
    next: [
      `  ${isInstalled ? "" : `uko install ${format} && `}${format} init && ${format} apply`,
      `The plan shows ${items.length} to import, and a change of dual_marker for each key without a marker. The apply marks these keys`,
      "as requiring two people, and writes nothing else to the service. After the apply, you can delete imports.tf.",
    ],
  };
}

/** Throws if a file exists, because no file is overwritten. Called before the service. */
async function requireFree(folder: string, names: readonly string[]): Promise<void> {
  const there = await readdir(folder).catch((error: unknown): string[] => {
    if ((error as { code?: unknown }).code === "ENOENT") return [];
    throw notWritten(folder, error);
  });
  const inTheWay = names.filter((name) => there.includes(name));
  if (inTheWay.length === 0) return;
  throw invalidInput(
    `${inTheWay.join(", ")} ${inTheWay.length === 1 ? "is" : "are"} already in ${folder}`,
    "uko does not overwrite files. Choose another folder with --out.",
  );
}

async function write(folder: string, files: readonly ProgramFile[]): Promise<void> {
  try {
    makeFolder(folder);
    for (const { name, text } of files) await writeFile(path.join(folder, name), text, { flag: "wx" });
  } catch (error) {
    throw notWritten(folder, error);
  }
}

function notWritten(folder: string, error: unknown): UkoError {
  return fileError(`The program could not be written to ${folder}`, error, "Choose another folder with --out.");
}
