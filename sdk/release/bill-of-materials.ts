/** The contents of the executables: as CycloneDX for tools, as license texts for people. */

import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import type { BundledPackage } from "./bundled-packages.ts";
import { nodeVersion, type Platform } from "./platforms.ts";

export interface Product {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** A package URL (purl) that names it among all software. */
  readonly url: string;
}

/** Returns CycloneDX 1.6 as JSON: the bundled packages and Node, not what only developers install. */
export function billOfMaterials(
  { name, version, license, url }: Product,
  packages: readonly BundledPackage[],
  built: readonly Platform[],
): string {
  const components = [
    ...packages.map((bundled) => component(Enums.ComponentType.Library, bundled)),
    ...built.map(({ nodePackage, integrity }) => {
      const node = { name: nodePackage, version: nodeVersion, license: "MIT", sha512: sha512Hex(integrity) };
      return component(Enums.ComponentType.Platform, node);
    }),
  ];
  const product = new Models.Component(Enums.ComponentType.Application, name, {
    bomRef: url,
    purl: url,
    version,
    licenses: new Models.LicenseRepository([new Models.LicenseExpression(license)]),
    dependencies: new Models.BomRefRepository(components.map(({ bomRef }) => bomRef)),
  });
  const bill = new Models.Bom({
    metadata: new Models.Metadata({ component: product }),
    components: new Models.ComponentRepository(components),
  });
  const format = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(format).serialize(bill, { sortLists: true, space: 2 });
}

/** Returns the license texts that have to go with a bundle, or with an executable that holds Node as well. */
export function thirdPartyNotices(packages: readonly BundledPackage[], nodeLicense?: string): string {
  const node = nodeLicense === undefined ? [] : [{ title: `Node.js ${nodeVersion}`, text: nodeLicense.trim() }];
  const parts = [
    ...node,
    ...packages.map(({ name, version, license, licenseText }) => ({
      title: `${name} ${version} (${license})`,
      text: licenseText,
    })),
  ];
  const head =
    nodeLicense === undefined
      ? "The command line and the provider contain the packages below, under these licenses."
      : "The executable contains Node.js and the packages below, under these licenses.";
  return `${[head, ...parts.map(({ title, text }) => `${"=".repeat(80)}\n${title}\n\n${text}`)].join("\n\n")}\n`;
}

/** A package URL (purl) of the npm kind, whose scope's @ is escaped. */
const npmUrl = (name: string, version: string): string => `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;

const sha512Hex = (integrity: string): string =>
  Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");

type Part = Pick<BundledPackage, "name" | "version" | "license" | "sha512">;

function component(type: Enums.ComponentType, { name, version, license, sha512 }: Part): Models.Component {
  const url = npmUrl(name, version);
  return new Models.Component(type, name, {
    bomRef: url,
    purl: url,
    version,
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm["SHA-512"], sha512]]),
    licenses: new Models.LicenseRepository([new Models.LicenseExpression(license)]),
  });
}
