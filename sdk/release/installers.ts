/** Two ways to install the executable `uko`: a script that checks the archive, and a formula for a tap of Homebrew. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Platform } from "./platforms.ts";
import { commandLine } from "./programs.ts";
import { type ReleaseFile, writeReleaseFile } from "./release-file.ts";

const script = fileURLToPath(new URL("install.sh", import.meta.url));
const repository = "https://github.com/pulumi-uko/pulumi-uko";

/** An archive of the command line, and its platform. */
export interface CommandArchive {
  readonly platform: Platform;
  readonly archive: ReleaseFile;
}

/** Writes `install.sh` and `uko.rb`. The formula names the archives for macOS and Linux that were made. */
export async function writeInstallers(
  folder: string,
  version: string,
  archives: readonly CommandArchive[],
): Promise<readonly ReleaseFile[]> {
  const text = (await readFile(script, "utf8")).replace(/^version=0\.0\.0$/m, `version=${version}`);
  return [
    await writeReleaseFile(folder, "install.sh", text),
    await writeReleaseFile(folder, "uko.rb", formula(version, archives)),
  ];
}

function formula(version: string, archives: readonly CommandArchive[]): string {
  const blocks = [
    ["macos", "darwin"],
    ["linux", "linux"],
  ].flatMap(([system, prefix]) => {
    const its = archives.filter(({ platform }) => platform.name.startsWith(`${prefix}-`));
    return its.length === 0 ? [] : [`  on_${system} do`, ...its.flatMap((each) => source(version, each)), "  end"];
  });
  return `# Homebrew's formula for the command uko. A release writes this file; the tap pulumi-uko/homebrew-tap holds it as Formula/uko.rb.
class Uko < Formula
  desc "Deletes keys of IBM Unified Key Orchestrator with two people"
  homepage "${repository}"
  version "${version}"
  license "Apache-2.0"

${blocks.join("\n")}

  def install
    bin.install "uko"
    man1.install "uko.1"
    bash_completion.install "uko.bash" => "uko"
    zsh_completion.install "_uko"
    fish_completion.install "uko.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/uko --version")
  end
end
`;
}

function source(version: string, { platform, archive }: CommandArchive): readonly string[] {
  return [
    `    on_${platform.arch === "arm64" ? "arm" : "intel"} do`,
    `      url "${repository}/releases/download/v${version}/${commandLine.archive(version, platform)}"`,
    `      sha256 "${archive.sha256}"`,
    "    end",
  ];
}
