/**
 * Encodes values in DER (ITU-T X.690), for certificates and requests for timestamps. The library that reads DER here
 * (`@sigstore/core`) cannot build new values.
 */

export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

export function sequence(...items: readonly Uint8Array[]): Buffer {
  return der(0x30, ...items);
}

export function octetString(content: Uint8Array): Buffer {
  return der(0x04, content);
}

/** Encodes a positive number whose first bit is not set, because DER reads that bit as the sign. */
export function integer(bytes: Uint8Array): Buffer {
  return der(0x02, bytes);
}

export function bitString(content: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.from([unused]), content);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(arc: number): readonly number[] {
  const groups = [arc & 0x7f];
  for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
  return groups;
}
