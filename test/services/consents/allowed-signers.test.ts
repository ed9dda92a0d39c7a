/** The file that demands signatures: what it says, and each fault that makes it unusable. */

import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { isAllowed, parseSigners, readSignerDemand } from "../../../provider/services/consents/allowed-signers.ts";
import { readSshKey } from "../../../provider/services/consents/ssh-signature.ts";
import { makeSshKey, signerLine, type TestSshKey } from "../../support/ssh-keys.ts";

const [alice, bob] = [makeSshKey("sk-ssh-ed25519@openssh.com"), makeSshKey()];
const at = Date.parse("2027-03-01T12:00:00Z");

function allows(text: string, author: string, key: TestSshKey, over: { atMs?: number; flags?: number } = {}): boolean {
  const signer = readSshKey(key.publicText);
  if (signer === undefined) throw new Error("no key");
  const { atMs = at, flags = key.flags } = over;
  const isOnDisk = key.type === "ssh-ed25519";
  const shown = isOnDisk ? {} : { flags: { isTouched: (flags & 1) !== 0, isVerified: (flags & 4) !== 0 } };
  return isAllowed(parseSigners(text), { signer, ...shown }, { author, atMs });
}

describe("a line", () => {
  it("lets a person sign with their key, in either case of the IAM ID, and no other person", () => {
    const text = `# custodians\n\n${signerLine("IBMid-1A", alice)}\r\n${signerLine("IBMid-2B", bob)} bob@laptop\n`;
    expect([allows(text, "IBMid-1A", alice), allows(text, "ibmid-1a", alice)]).toEqual([true, true]);
    expect([allows(text, "IBMid-2B", alice), allows(text, "IBMid-1A", bob), allows("", "IBMid-1A", alice)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("may list two IAM IDs of one file only if no key serves both", () => {
    expect(() => parseSigners(signerLine("IBMid-1A,IBMid-2B", alice))).toThrow(/Line 1: the key is already that of/);
    expect(() => parseSigners(`${signerLine("IBMid-1A", alice)}\n${signerLine("IBMid-2B", alice)}`)).toThrow(
      "Line 2: the key is already that of ibmid-1a",
    );
    expect(parseSigners(`${signerLine("IBMid-1A", alice)}\n${signerLine("ibmid-1a", alice)}`).signers).toHaveLength(2);
  });

  it("counts for its namespaces only", () => {
    const line = (options: string): string => signerLine("IBMid-1A", alice, options);
    expect(allows(line('namespaces="git,uko-consent@v1"'), "IBMid-1A", alice)).toBe(true);
    expect(allows(line('namespaces="git"'), "IBMid-1A", alice)).toBe(false);
  });

  it("counts from valid-after until valid-before", () => {
    const text = signerLine("IBMid-1A", alice, 'valid-after="20270101Z",valid-before="202704010800Z"');
    const when = (time: string): boolean => allows(text, "IBMid-1A", alice, { atMs: Date.parse(time) });
    expect(
      ["2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", "2027-04-01T07:59:59Z", "2027-04-01T08:00:00Z"].map(when),
    ).toEqual([false, true, true, false]);
  });

  it("requires a touch of a security key, and with verify-required also a PIN or a finger", () => {
    const text = signerLine("IBMid-1A", alice);
    const verified = signerLine("IBMid-1A", alice, "verify-required");
    const by = (line: string, flags: number): boolean => allows(line, "IBMid-1A", alice, { flags });
    expect([by(text, 1), by(text, 0), by(text, 4)]).toEqual([true, false, false]);
    expect([by(verified, 5), by(verified, 1)]).toEqual([true, false]);
    expect(allows(signerLine("IBMid-2B", bob, "verify-required"), "IBMid-2B", bob)).toBe(false);
  });

  it.each([
    [signerLine("*", alice), '"*" is not an IAM ID'],
    [signerLine("!IBMid-1A", alice), "is not an IAM ID"],
    [signerLine("IBMid-1A", alice, "cert-authority"), 'does not know the option "cert-authority"'],
    [signerLine("IBMid-1A", alice, "no-touch-required"), 'does not know the option "no-touch-required"'],
    [signerLine("IBMid-1A", alice, 'namespaces="uko*"'), "patterns are not accepted"],
    [signerLine("IBMid-1A", alice, 'valid-after="20270101"'), "is not a time in UTC"],
    [signerLine("IBMid-1A", alice, 'valid-before="20279901Z"'), "is not a time in UTC"],
    [
      signerLine("IBMid-1A", alice, 'valid-before="20270101Z",valid-before="20990101Z"'),
      'the option "valid-before" twice',
    ],
    [signerLine("IBMid-1A", alice, 'namespaces="git",Namespaces="uko-consent@v1"'), 'the option "namespaces" twice'],
    [signerLine("IBMid-1A", alice, "verify-required,verify-required"), 'the option "verify-required" twice'],
    [signerLine("IBMid-1A", alice, "valid-before=20990101Z"), "quotation marks"],
    [signerLine("IBMid-1A", alice, "namespaces=uko-consent@v1"), "quotation marks"],
    [signerLine("IBMid-1A", alice, 'valid-before="20990101Z'), "the type of the key must be one of"],
    [signerLine("IBMid-1A", alice, 'namespaces="git"x'), "quotation marks"],
    [signerLine("IBMid-1A", alice, 'verify-required="no"'), "takes no value"],
    [signerLine("IBMid-1A", alice, "verify-required,,"), 'does not know the option ""'],
    [signerLine("IBMid-1A", alice, 'namespaces="git",valid-before=20990101Z'), "quotation marks"],
    [`\ufeff${signerLine("IBMid-1A", alice)}`, "byte order mark"],
    [`${signerLine("IBMid-1A", alice)}\ufeff`, "byte order mark"],
    [`\u00a0${signerLine("IBMid-1A", alice)}`, "the type of the key must be one of"],
    ["IBMid-1A ssh-rsa AAAAB3NzaC1yc2E=", "the type of the key must be one of"],
    ["IBMid-1A ssh-ed25519 AAAA", "the key is not valid"],
    [`IBMid-1A ssh-ed25519 ${alice.publicText}`, "the key is not valid"],
    ["IBMid-1A", "the type of the key must be one of"],
  ])("that uko does not understand makes the whole file an error that names it: %s", (line, why) => {
    expect(() => parseSigners(`# one\n${line}`)).toThrow(/^Line 2: /);
    expect(() => parseSigners(line)).toThrow(why);
  });
});

describe("the files together", () => {
  const root = mkdtempSync(path.join(tmpdir(), "uko-signers-"));
  const [system, user] = [path.join(root, "system"), path.join(root, "user")];
  const folders = () => [system, user];
  const write = (folder: string, text: string): string => {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const file = path.join(folder, "allowed_signers");
    writeFileSync(file, text, { mode: 0o644 });
    return file;
  };
  beforeEach(() => {
    for (const folder of folders()) rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it("demand nothing only if neither exists", () => {
    expect(readSignerDemand(folders)).toBeUndefined();
    write(user, "");
    expect(readSignerDemand(folders)).toMatchObject({ kind: "files", files: [{ signers: [] }] });
    write(system, signerLine("IBMid-1A", alice));
    expect(readSignerDemand(folders)).toMatchObject({ kind: "files", files: [{ signers: [{}] }, { signers: [] }] });
  });

  it.each([
    ["a file that another user can write", () => chmodSync(write(user, ""), 0o646), "Other users can write"],
    [
      "a folder that another user can write",
      () => {
        write(user, "");
        chmodSync(user, 0o777);
      },
      "Other users can write",
    ],
    ["a folder in the place of the file", () => mkdirSync(path.join(user, "allowed_signers"), { recursive: true }), ""],
    [
      "a link to nothing",
      () => {
        mkdirSync(user);
        symlinkSync("/nonexistent", path.join(user, "allowed_signers"));
      },
      "ENOENT",
    ],
    [
      "a link to a file that another user can write",
      () => {
        const file = path.join(root, "elsewhere");
        writeFileSync(file, "");
        chmodSync(file, 0o666);
        mkdirSync(user);
        symlinkSync(file, path.join(user, "allowed_signers"));
      },
      "Other users can write",
    ],
    ["a file in the place of the folder", () => writeFileSync(user, ""), "ENOTDIR"],
    ["a line that uko does not understand", () => write(user, "who"), "Line 1"],
  ])("are unusable because of %s", (_title, prepare, why) => {
    prepare();
    const demand = readSignerDemand(folders);
    expect(demand?.kind).toBe("unusable");
    expect(demand?.kind === "unusable" && demand.why).toContain(why);
  });

  it("are unusable if the user has no entry in the password database", () => {
    const unknown = (): readonly string[] => {
      throw new Error("ENOENT: no such file or directory, uv_os_get_passwd");
    };
    expect(readSignerDemand(unknown)).toMatchObject({ kind: "unusable", path: "the password database" });
  });
});
