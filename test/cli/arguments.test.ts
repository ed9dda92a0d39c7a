import { expect, it } from "vitest";
import { parseAnyKey, parseKeyPath, parsePort, parseReason } from "../../provider/cli/arguments.ts";

const vaultId = "5c1e0000-0000-4000-8000-00000000000a";
const keyId = "9b2d0000-0000-4000-8000-00000000000b";
const refused = expect.objectContaining({ code: "UKO_USAGE_INVALID" });

it("accepts a key's full name, in upper or lower case", () => {
  expect(parseKeyPath(`${vaultId}/${keyId}`)).toEqual({ vaultId, keyId });
  expect(parseKeyPath(`${vaultId.toUpperCase()}/${keyId}`)).toEqual({ vaultId, keyId });
});

it("accepts the name of a KMS key", () => {
  expect(parseAnyKey(`kms/${keyId}`)).toEqual({ kmsKeyId: keyId });
});

it.each([
  keyId,
  "payroll",
  `${vaultId}/`,
  `/${keyId}`,
  `${vaultId}/${keyId}/`,
  `${vaultId}/${keyId}/1`,
  `${vaultId} ${keyId}`,
  `${vaultId}/../${keyId}`,
  `${vaultId}/${keyId}\n`,
  "",
])("refuses %j as the name of a key, and prints the expected form", (text) => {
  expect(() => parseKeyPath(text)).toThrow(refused);
  expect(() => parseKeyPath(text)).toThrow(/<vaultId>\/<keyId>, two UUIDs/);
});

it("prints the input on one line, with its control characters as numbers", () => {
  expect(() => parseKeyPath(`a\u001b[2Jb\nc${"d".repeat(200)}`)).toThrow(/^"a\\u\{1b\}\[2Jb cd{20}d*…" /);
});

it("accepts a reason up to the limit of a record, counted in characters", () => {
  expect(parseReason("🔑".repeat(500))).toHaveLength(1000);
  expect(() => parseReason("a".repeat(501))).toThrow(refused);
});

it("accepts a port from 0 to 65535", () => {
  expect([parsePort("0"), parsePort("65535")]).toEqual([0, 65_535]);
  for (const text of ["65536", "-1", "1e3", "http", ""]) expect(() => parsePort(text)).toThrow(refused);
});
