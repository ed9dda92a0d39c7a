/** Writes down how a release came about, as an in-toto statement with SLSA's provenance; who signs it is another step. */

import { npmUrl, sha512Hex } from "./bill-of-materials.ts";
import { nodeVersion, type Platform } from "./platforms.ts";
import type { ReleaseFile } from "./release-file.ts";

const home = "https://github.com/pulumi-uko/pulumi-uko";

export interface Source {
  readonly commit: string;
  /** False when the working copy had changes that the commit does not have. */
  readonly isCommitted: boolean;
}

export interface Circumstances {
  readonly version: string;
  /** Names who or what ran the command; whoever signs the statement vouches for it. */
  readonly builder: string;
  readonly source: Source;
  readonly lockFileSha256: string;
  /** Which program the archives hold, and what its bundle was. */
  readonly program: string;
  readonly bundleSha256: string;
  /** Each platform that was built, with the hash of the Node executable that was taken from its package. */
  readonly built: readonly { readonly platform: Platform; readonly nodeSha256: string }[];
}

/** The builder when nobody else is named. */
export const builtByHand = `${home}/blob/main/provider/docs/internals/release.md#built-by-hand`;

/** Answers the statement; it has no times in it, so that the same release gives the same bytes. */
export function provenanceStatement(subjects: readonly ReleaseFile[], circumstances: Circumstances): object {
  const { version, builder, source, lockFileSha256, program, bundleSha256, built } = circumstances;
  const nodes = built.flatMap(({ platform: { nodePackage, integrity, nodeMember }, nodeSha256 }) => [
    { uri: npmUrl(nodePackage, nodeVersion), digest: { sha512: sha512Hex(integrity) } },
    {
      uri: `${npmUrl(nodePackage, nodeVersion)}#${nodeMember.replace(/^package\//, "")}`,
      digest: { sha256: nodeSha256 },
    },
  ]);
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: `${home}/blob/main/provider/docs/internals/release.md#npm-run-release`,
        externalParameters: { version, platforms: built.map(({ platform }) => platform.name) },
        internalParameters: { sourceIsCommitted: source.isCommitted },
        resolvedDependencies: [
          { uri: `git+${home}`, digest: { gitCommit: source.commit } },
          { name: "package-lock.json", digest: { sha256: lockFileSha256 } },
          ...nodes,
        ],
      },
      runDetails: {
        builder: { id: builder },
        byproducts: [{ name: program, digest: { sha256: bundleSha256 } }],
      },
    },
  };
}
