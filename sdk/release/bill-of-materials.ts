/** Writes down what the executables are made of: as CycloneDX for tools, as licence texts for people. */

import type { BundledPackage } from "./bundled-packages.ts";
import { nodeVersion, type Platform } from "./platforms.ts";

export interface Product {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** A package URL (purl) that names it among all software. */
  readonly url: string;
}

/** Answers a CycloneDX 1.6 document of what users get: the bundled packages and Node, not what only developers install. */
export function billOfMaterials(
  product: Product,
  packages: readonly BundledPackage[],
  built: readonly Platform[],
): object {
  const { name, version, license, url } = product;
  const components = [
    ...packages.map((bundled) => component("library", bundled)),
    ...built.map(({ nodePackage, integrity }) =>
      component("platform", { name: nodePackage, version: nodeVersion, license: "MIT", sha512: sha512Hex(integrity) }),
    ),
  ];
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: { type: "application", "bom-ref": url, name, version, licenses: [{ expression: license }], purl: url },
    },
    components,
    dependencies: [
      { ref: url, dependsOn: components.map((part) => part["bom-ref"]) },
      ...components.map((part) => ({ ref: part["bom-ref"] })),
    ],
  };
}

/** Answers the licence texts that have to go with a bundle, or with an executable that holds Node as well. */
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
      ? "The provider contains the packages below, under these licences."
      : "The executable contains Node.js and the packages below, under these licences.";
  return `${[head, ...parts.map(({ title, text }) => `${"=".repeat(80)}\n${title}\n\n${text}`)].join("\n\n")}\n`;
}

/** A package URL (purl) of the npm kind, whose scope's @ is escaped. */
export const npmUrl = (name: string, version: string): string => `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;

export const sha512Hex = (integrity: string): string =>
  Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");

type Part = Pick<BundledPackage, "name" | "version" | "license" | "sha512">;

function component(type: "library" | "platform", { name, version, license, sha512 }: Part) {
  const url = npmUrl(name, version);
  const hashes = [{ alg: "SHA-512", content: sha512 }];
  return { type, "bom-ref": url, name, version, hashes, licenses: [{ expression: license }], purl: url };
}
