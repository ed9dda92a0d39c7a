/**
 * The configuration files of OpenTofu and Terraform, searched for settings of provider sources. uko
 * writes to none of them.
 */

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Environment, Machine } from "./cli-world.ts";

/**
 * Returns the engines' configuration files that configure provider sources without naming this
 * mirror.
 */
export async function filesThatOverrule(
  mirror: string,
  machine: Machine,
  environment: Environment,
): Promise<readonly string[]> {
  const files = await configurationFiles(machine, environment);
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  const namesIt = (text: string): boolean => text.includes(JSON.stringify(mirror));
  return files.filter((_, index) => {
    const text = texts[index] ?? "";
    return /^\s*"?provider_installation\b/m.test(text) && !namesIt(text);
  });
}

async function configurationFiles({ system, home }: Machine, environment: Environment): Promise<readonly string[]> {
  const { TF_CLI_CONFIG_FILE, TERRAFORM_CONFIG, XDG_CONFIG_HOME, APPDATA } = environment;
  const named = TF_CLI_CONFIG_FILE || TERRAFORM_CONFIG;
  if (named) return [named];
  const inXdg = XDG_CONFIG_HOME ? [path.join(XDG_CONFIG_HOME, "opentofu")] : [];
  const roaming = APPDATA || path.join(home, "AppData", "Roaming");
  const files =
    system === "win32"
      ? ["tofu.rc", "terraform.rc"].map((name) => path.join(roaming, name))
      : [".tofurc", ".terraformrc"]
          .map((name) => path.join(home, name))
          .concat(inXdg.map((folder) => path.join(folder, "tofurc")));
  const folders =
    system === "win32" ? [path.join(roaming, "terraform.d")] : [path.join(home, ".terraform.d"), ...inXdg];
  const inFolders = folders.map(async (folder) =>
    (await readdir(folder).catch((): string[] => []))
      .filter((name) => /\.tfrc(\.json)?$/.test(name))
      .map((name) => path.join(folder, name)),
  );
  return [...files, ...(await Promise.all(inFolders)).flat()];
}
