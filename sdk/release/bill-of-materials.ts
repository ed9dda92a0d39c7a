/** The contents of what a release ships: as CycloneDX for tools, as license texts for people. */

import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import type { BundledPackage } from "./bundled-packages.ts";
import { nodeVersion, type Platform } from "./platforms.ts";

/** Something of which a file of a release consists, or with which a package was tested. */
export interface Part {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license?: string | undefined;
  readonly sha512?: string | undefined;
  /** A package URL (purl) that names it among all software. */
  readonly url: string;
  readonly isPlatform?: boolean;
}

/** Returns CycloneDX 1.6 as JSON: what is in the product or what it needs, not what only developers install. */
export function billOfMaterials(product: Part, parts: readonly Part[]): string {
  const unique = [...new Map(parts.map((part) => [part.url, part])).values()];
  const components = unique.map((part) =>
    component(part.isPlatform ? Enums.ComponentType.Platform : Enums.ComponentType.Library, part),
  );
  const described = component(Enums.ComponentType.Application, product);
  for (const { bomRef } of components) described.dependencies.add(bomRef);
  const bill = new Models.Bom({
    metadata: new Models.Metadata({ component: described }),
    components: new Models.ComponentRepository(components),
  });
  const format = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return `${new Serialize.JsonSerializer(format).serialize(bill, { sortLists: true, space: 2 })}\n`;
}

export const npmPart = (part: Omit<Part, "url">): Part => ({ ...part, url: npmUrl(part.name, part.version) });

/** The Node in the executable of a platform. */
export const nodePart = ({ nodePackage, nodeVersion, integrity }: Platform): Part => ({
  ...npmPart({ name: nodePackage, version: nodeVersion, license: "MIT", sha512: sha512Hex(integrity) }),
  isPlatform: true,
});

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

/** A hash of a lock file in the form of a bill of materials; nothing if the lock file has another kind. */
export const sha512Hex = (integrity = ""): string | undefined =>
  integrity.startsWith("sha512-")
    ? Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex")
    : undefined;

function component(type: Enums.ComponentType, { name, version, license, sha512, url }: Part): Models.Component {
  return new Models.Component(type, name, {
    bomRef: url,
    purl: url,
    version,
    hashes: new Models.HashDictionary(sha512 === undefined ? [] : [[Enums.HashAlgorithm["SHA-512"], sha512]]),
    licenses: new Models.LicenseRepository(license === undefined ? [] : [new Models.LicenseExpression(license)]),
  });
}
