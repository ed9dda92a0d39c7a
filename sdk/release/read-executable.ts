/** Says of an executable for which platform it is and what Node would find in it: the release looks before it ships. */

import { elfArch, elfNote, isElf } from "./elf.ts";
import { codeSignatureCommand, isMachO, loadCommands, machOArch, machOSection } from "./mach-o.ts";
import { isPe, isPeSigned, peArch, peResource } from "./pe.ts";

export interface ExecutableFacts {
  readonly format: "elf" | "mach-o" | "pe" | undefined;
  readonly arch: string | undefined;
  /** Whether Node looks for a program inside itself at all. */
  readonly fuseIsSet: boolean;
  /** That program, in the form that Node gave it. */
  readonly blob: Buffer | undefined;
  readonly isSigned: boolean;
}

/** The names are Node's: https://nodejs.org/api/single-executable-applications.html. */
const blobName = "NODE_SEA_BLOB";
const machOSegment = "NODE_SEA";
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

export function readExecutable(file: Buffer): ExecutableFacts {
  const fuseIsSet = file.includes(`${fuse}:1`);
  if (isElf(file)) {
    return { format: "elf", arch: elfArch(file), fuseIsSet, blob: elfNote(file, blobName), isSigned: false };
  }
  if (isMachO(file)) {
    const isSigned = loadCommands(file).some(({ kind }) => kind === codeSignatureCommand);
    const blob = machOSection(file, machOSegment, `__${blobName}`);
    return { format: "mach-o", arch: machOArch(file), fuseIsSet, blob, isSigned };
  }
  if (isPe(file)) {
    return {
      format: "pe",
      arch: peArch(file),
      fuseIsSet,
      blob: peResource(file, blobName),
      isSigned: isPeSigned(file),
    };
  }
  return { format: undefined, arch: undefined, fuseIsSet, blob: undefined, isSigned: false };
}
