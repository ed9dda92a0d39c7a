/**
 * The support matrix names the versions that this repository pins, existing suites, and every interface, platform
 * and profile.
 */

import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { platforms } from "../../sdk/release/platforms.ts";
import { interfaceNames } from "../contracts/interfaces/interface-names.ts";
import { skipCounts } from "../contracts/interfaces/skips.ts";
import { read, repository } from "../support/documents.ts";

const page = "provider/docs/reference/compatibility.md";
const text = read(page);

/** The cells of the row of the table of versions that begins with this title. */
function row(title: string): readonly string[] {
  const [, versions = ""] = text.split("\n## Versions\n");
  const line = versions.split("\n").find((each) => each.startsWith(`| ${title} |`));
  if (line === undefined) throw new Error(`${page} has no row ${title}`);
  return line
    .split("|")
    .slice(2, -1)
    .map((cell) => cell.trim());
}

/** The text of one place in a file of the repository. */
function pinned(file: string, form: RegExp): string {
  const found = form.exec(read(file))?.[1];
  if (found === undefined) throw new Error(`${file} does not say ${form}`);
  return found;
}

const sources = {
  "Pulumi CLI": [
    pinned("test/engines/find-pulumi.ts", /builtVersion = "(.+)"/),
    pinned("test/engines/find-pulumi.ts", /minimumVersion = "(.+)"/),
  ],
  "Pulumi's Node library": [
    packageFile.devDependencies["@pulumi/pulumi"],
    packageFile.peerDependencies["@pulumi/pulumi"].replace("^", ""),
  ],
  "Pulumi's Python library": [
    pinned("test/engines/python/requirements.in", /^pulumi==(.+)$/m),
    pinned("sdk/python/pyproject.toml", /"pulumi>=([\d.]+),/),
  ],
  "Pulumi's Go library": [pinned("sdk/go/go.mod", /pulumi\/sdk\/v3 v(.+)$/m), ""],
  "Node, for the dynamic provider and `uko`": [
    packageFile.devDependencies.node,
    packageFile.engines.node.replace(">=", ""),
  ],
  "Node inside the executables": [pinned("sdk/release/platforms.ts", /nodeVersion = "(.+)"/), ""],
  Python: ["", pinned("sdk/python/pyproject.toml", /requires-python = ">=(.+)"/)],
  "Pulumi's Java library": [
    pinned("sdk/java/pom.xml", /<artifactId>pulumi<\/artifactId>\s+<version>(.+)<\/version>/),
    "",
  ],
  Go: ["", pinned("sdk/go/go.mod", /^go (.+)$/m)],
  Java: ["17", pinned("sdk/java/pom.xml", /<maven\.compiler\.release>(.+)<\/maven/)],
} as const;

test.each(Object.entries(sources))("%s: the versions match the pinned ones", (title, versions) => {
  expect(row(title)).toEqual(versions);
});

test("the language hosts are built from the documented version", () => {
  const version = pinned("test/engines/language-hosts.ts", /sdkVersion = "(.+)"/);
  expect(text).toContain(`built from ${version},`);
  expect(text).toContain(`for Java from ${pinned("test/engines/language-hosts.ts", /javaVersion = "(.+)"/)}`);
});

test("every named suite exists", () => {
  const suites = Array.from(text.matchAll(/`(test\/[^`]+)`/g), ([, suite = ""]) => suite);
  expect(suites.length).toBeGreaterThan(5);
  expect(suites.filter((suite) => !existsSync(path.join(repository, suite)))).toEqual([]);
});

test("every interface, every platform of a release and every profile of the emulator exists", () => {
  for (const name of interfaceNames) expect(text).toContain(`\`interface: ${name}\``);
  for (const { name } of platforms) expect(text).toContain(name);
  const profiles = Array.from(
    read("sdk/release/emulator/README.md").matchAll(/^\| (`api-4[^|]+|`zos`|`documented`)/gm),
    ([, names = ""]) => names.trim().split(", "),
  ).flat();
  expect(profiles).toHaveLength(7);
  for (const name of profiles) expect(text).toContain(name);
});

test("no interface skips a scenario, as documented", () => {
  expect(text).toContain("none is skipped");
  expect(Object.values(skipCounts)).toEqual(interfaceNames.map(() => 0));
});
