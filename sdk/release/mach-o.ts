/** Reads what a release has to know of a 64-bit Mach-O executable (macOS): its processor, segments and the blob in it. */

export interface LoadCommand {
  readonly kind: number;
  readonly offset: number;
  readonly size: number;
}

export const codeSignatureCommand = 0x1d;

const magic = 0xfeedfacf;
const headerSize = 32;
const segmentCommand = 0x19;
const segmentHeaderSize = 72;
const sectionHeaderSize = 80;
/** No executable of ours has more than a few dozen; a damaged one must not make us read for ever. */
const commandLimit = 1_000;

const archByCpu: Readonly<Record<number, string>> = { 16777223: "amd64", 16777228: "arm64" };

export const isMachO = (file: Buffer): boolean => file.readUInt32LE(0) === magic;
export const machOArch = (file: Buffer): string | undefined => archByCpu[file.readUInt32LE(4)];

/** Returns the load commands in their order. */
export function loadCommands(bytes: Uint8Array): readonly LoadCommand[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.min(file.readUInt32LE(16), commandLimit);
  const commands: LoadCommand[] = [];
  let offset = headerSize;
  for (let index = 0; index < count; index += 1) {
    const size = file.readUInt32LE(offset + 4);
    commands.push({ kind: file.readUInt32LE(offset), offset, size });
    offset += size;
  }
  return commands;
}

/** Returns where the command of the last segment stands, and where the segment begins in the file. */
export function findLinkEdit(
  commands: readonly LoadCommand[],
  file: Buffer,
): { readonly commandOffset: number; readonly fileOffset: bigint } {
  const { offset } = findSegment(commands, file, "__LINKEDIT");
  return { commandOffset: offset, fileOffset: file.readBigUInt64LE(offset + 40) };
}

/** Returns how many bytes of the file the code's segment takes, which begins with the file. */
export function textSegmentSize(commands: readonly LoadCommand[], file: Buffer): bigint {
  return file.readBigUInt64LE(findSegment(commands, file, "__TEXT").offset + 48);
}

/** Returns the content of a section, or undefined when there is none of that name. */
export function machOSection(file: Buffer, segmentName: string, sectionName: string): Buffer | undefined {
  const segment = loadCommands(file).find((command) => isSegment(command, file, segmentName));
  if (!segment) return undefined;
  const first = segment.offset + segmentHeaderSize;
  for (let at = first; at + sectionHeaderSize <= segment.offset + segment.size; at += sectionHeaderSize) {
    if (readName(file, at) !== sectionName) continue;
    const start = file.readUInt32LE(at + 48);
    return file.subarray(start, start + Number(file.readBigUInt64LE(at + 40)));
  }
  return undefined;
}

function findSegment(commands: readonly LoadCommand[], file: Buffer, name: string): LoadCommand {
  const found = commands.find((command) => isSegment(command, file, name));
  if (!found) throw new Error(`The executable has no segment ${name}`);
  return found;
}

const isSegment = ({ kind, offset }: LoadCommand, file: Buffer, name: string): boolean =>
  kind === segmentCommand && readName(file, offset + 8) === name;

const readName = (file: Buffer, at: number): string => file.toString("latin1", at, at + 16).replace(/\0+$/, "");
