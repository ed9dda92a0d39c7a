/** The credential of a run: a file, a token with its prefix, and `uko whoami`. */

import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { requestToken } from "../emulator/harness.ts";
import { useCliStage } from "./cli-stage.ts";
import { apiKeys, keys, type Person, startCliWorld } from "./harness.ts";

const { world, folder } = useCliStage();

function keyFile(content: string, mode: number): string {
  const file = path.join(folder, `key-${mode.toString(8)}`);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

const whoami = (environment: Readonly<Record<string, string>>, who: Person = "bob") =>
  world.uko(who, "whoami --json", environment);

describe("UKO_API_KEY_FILE", () => {
  it.each(["600", "400"])("reads a file with mode %s", async (octal) => {
    const mode = Number.parseInt(octal, 8);
    const { exitCode, out } = await whoami({ UKO_API_KEY: "", UKO_API_KEY_FILE: keyFile(`${apiKeys.carol}\n`, mode) });
    expect([exitCode, JSON.parse(out)]).toEqual([0, expect.objectContaining({ iamId: "IBMid-550000CAROL" })]);
  });

  it("follows a link, as secrets of a cluster are mounted", async () => {
    const link = path.join(folder, "link");
    symlinkSync(keyFile(apiKeys.alice, 0o600), link);
    const { out } = await whoami({ UKO_API_KEY: "", UKO_API_KEY_FILE: link });
    expect(JSON.parse(out)).toMatchObject({ name: "Alice Example" });
  });

  it.each([0o640, 0o604, 0o620, 0o666])(
    "refuses a file with mode %o, and does not repeat its content",
    async (mode) => {
      const file = keyFile("secret-of-carol", mode);
      const { exitCode, err } = await world.uko("bob", "whoami", { UKO_API_KEY: "", UKO_API_KEY_FILE: file });
      expect(exitCode).toBe(1);
      expect(err).toContain(
        `can be accessed by other users (its mode is ${mode.toString(8)})\n  No credential was sent.`,
      );
      expect(err).toContain(`chmod 600 ${file}\n  [UKO_SETTINGS_INVALID]`);
      expect(err).not.toContain("secret-of-carol");
    },
  );

  it.each([
    ["a folder", () => folder, /not a regular file/],
    ["no file", () => path.join(folder, "absent"), /could not be read: ENOENT/],
    ["an empty file", () => keyFile("\n", 0o600), /^UKO_API_KEY_FILE is not a credential/],
  ])("refuses %s", async (_, file, message) => {
    const { exitCode, err } = await world.uko("bob", "whoami", { UKO_API_KEY: "", UKO_API_KEY_FILE: file() });
    expect(exitCode).toBe(1);
    expect(err).toMatch(message);
  });

  it.each(["UKO_API_KEY", "UKO_TOKEN"])("is refused next to %s", async (other) => {
    const both = { UKO_API_KEY: "", [other]: "x", UKO_API_KEY_FILE: keyFile("x", 0o600) };
    expect((await world.uko("bob", "whoami", both)).err).toContain(`Both UKO_API_KEY_FILE and ${other} are set`);
  });
});

it.each(["Bearer ", "bearer  ", ""])("UKO_TOKEN accepts a token after %j", async (prefix) => {
  const { body } = await requestToken(world.url, apiKeys.alice);
  const token = `${prefix}${String(body.access_token)}`;
  const { exitCode, out } = await whoami({ UKO_API_KEY: "", UKO_TOKEN: token });
  expect([exitCode, JSON.parse(out)]).toEqual([0, expect.objectContaining({ iamId: "IBMid-550000ALICE" })]);
});

it("a 401 in the middle of a run says how to log in again, but not to a run with an API key, which did so", async () => {
  const { body } = await requestToken(world.url, apiKeys.bob);
  const refused = async (credential: object): Promise<string> => {
    await world.control("faults", { operation: "listResourcesOfKey", status: 401 });
    const { exitCode, err } = await world.uko("bob", `status ${keys.payroll}`, { UKO_API_KEY: "", ...credential });
    await world.reset();
    expect([exitCode, err]).toEqual([1, expect.stringContaining("[UKO_ACCESS_DENIED]")]);
    return err;
  };
  const hint = "To log in again, run uko login or set a new token.";
  expect(await refused({ UKO_TOKEN: String(body.access_token) })).toContain(hint);
  expect(await refused({ UKO_API_KEY: apiKeys.bob })).not.toContain("UKO_TOKEN");
});

describe("uko whoami", () => {
  it.each<[Person, object]>([
    ["bob", { isPerson: true, mayRequest: true }],
    ["pipeline", { isPerson: false, mayRequest: false }],
    ["dave", { isPerson: true, mayRequest: false, writesAs: expect.stringMatching(/^iam-Profile-/) }],
  ])("says whether %s counts as a person", async (who, expected) => {
    expect(JSON.parse((await whoami({}, who)).out)).toMatchObject(expected);
  });

  it("says that an instance may have more keys than those of the vaults that it counted", async () => {
    const vaults = Array.from({ length: 6 }, (_, at) => ({ name: `vault-${at}` }));
    const large = await startCliWorld({ seed: { ...demoSeed, vaults: [...demoSeed.vaults, ...vaults] } });
    const { out } = await large.uko("bob", "whoami");
    await large.close();
    expect(out).toMatch(/^vaults +\d\nkeys +\d+\+\n/m);
  });

  it("refuses a credential that the service does not accept", async () => {
    const { exitCode, out } = await whoami({ UKO_API_KEY: "", UKO_TOKEN: "not-a-token" });
    expect([exitCode, JSON.parse(out)]).toEqual([1, expect.objectContaining({ error: expect.anything() })]);
  });
});
