/** The three programs of a release, and what the engine of each wants their files to be called. */

import { type Pack, packTar, packZip } from "./archive.ts";
import type { Platform } from "./platforms.ts";

export interface ReleasedProgram {
  readonly name: string;
  /** Where it is below `build`; esbuild's account of what is in it stands beside, as `<folder>.metafile.json`. */
  readonly folder: string;
  /** The file that the engine looks for in the archive. */
  executable(version: string, platform: Platform): string;
  archive(version: string, platform: Platform): string;
  /** What the names of its other files begin with. */
  stem(version: string): string;
  readonly pack: Pack;
}

export const pulumiPlugin: ReleasedProgram = {
  name: "pulumi-resource-uko",
  folder: "plugin",
  executable: (_, { exe }) => `pulumi-resource-uko${exe}`,
  archive: (version, { name }) => `pulumi-resource-uko-v${version}-${name}.tar.gz`,
  stem: (version) => `pulumi-resource-uko-v${version}`,
  pack: packTar,
};

/** Named as registries demand it: https://developer.hashicorp.com/terraform/registry/providers/publishing. */
export const terraformProvider: ReleasedProgram = {
  name: "terraform-provider-uko",
  folder: "terraform",
  executable: (version, { exe }) => `terraform-provider-uko_v${version}${exe}`,
  archive: (version, { name }) => `terraform-provider-uko_${version}_${name.replace("-", "_")}.zip`,
  stem: (version) => `terraform-provider-uko_${version}`,
  pack: packZip,
};

/** The command line, for people without Node. */
export const commandLine: ReleasedProgram = {
  name: "uko",
  folder: "cli",
  executable: (_, { exe }) => `uko${exe}`,
  archive: (version, { name }) => `uko-v${version}-${name}.tar.gz`,
  stem: (version) => `uko-v${version}`,
  pack: packTar,
};

export const programs = [pulumiPlugin, terraformProvider, commandLine] as const;
