/** Which Node the executable needs: an older one gets as far as the first call, and fails there within a library. */

/** As `engines` in package.json has it, which npm only warns of. */
const oldest = { major: 22, minor: 19 };

/** Answers what to say to a Node that is too old; undefined to any other. */
export function refusalOfNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return undefined;
  return `uko needs Node ${oldest.major}.${oldest.minor} or newer; this is ${version}`;
}
