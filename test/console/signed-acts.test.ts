/** The console on a machine that demands signatures: it shows the command of a destruction, and cannot take it. */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys, type Person, reportOf } from "../cli/harness.ts";
import { makeSshKey, signerLine, writeSigningFolder } from "../support/ssh-keys.ts";
import { hiddenIn, openConsole } from "./console-world.ts";

const signing = (who: Person) => ({ demands: () => [root], own: () => folderOf(who) });
const { world, folder: root } = useCliStage({ signingOf: signing, isKept: true });
const folderOf = (who: Person): string => path.join(root, who);

beforeAll(() => {
  const people = { bob: "IBMid-550000BOB", carol: "IBMid-550000CAROL" } as const;
  const lines = Object.entries(people).map(([who, iamId]) => {
    const key = makeSshKey("sk-ssh-ed25519@openssh.com");
    mkdirSync(folderOf(who as Person));
    writeSigningFolder(folderOf(who as Person), key);
    return signerLine(iamId, key);
  });
  writeFileSync(path.join(root, "allowed_signers"), `${lines.join("\n")}\n`);
});

it("shows the command instead of a form, and takes no act of a destruction", async () => {
  const console = openConsole(world, "carol", { signing: signing("carol") });
  await console.logIn();
  const address = `/keys/${keys.cards}`;
  const post = async (id: string, page: string): Promise<number> =>
    (await console.submit(`${address}/${id}`, { ...hiddenIn(page), typed: "cards" })).status;

  await world.uko("bob", `request ${keys.cards}`);
  await world.advance("1m");
  const deactivation = (await console.open(`${address}/approve`)).text;
  expect(deactivation).toContain('name="typed"');
  expect(await post("approve", deactivation)).toBe(200);

  await world.advance("5h");
  const request = (await console.open(`${address}/request`)).text;
  expect(request).toContain("both people sign a destruction with their SSH key");
  expect(request).toContain("<code>uko request cards</code>");
  expect(await post("request", deactivation)).toBe(409);

  await world.uko("bob", `request ${keys.cards}`);
  await world.advance("1m");
  for (const id of ["approve", "store"]) {
    const page = (await console.open(`${address}/${id}`)).text;
    expect(page).not.toContain('<form method="post" action="/keys/');
    expect(page).toMatch(/<code>uko approve cards( --store)?<\/code>/);
    expect(await post(id, page)).toBe(409);
    // A form that names the key and its record as they are is refused, too.
    const { recordId: record = "" } = reportOf(await world.uko("bob", `status ${keys.cards} --json`)).deletion;
    const forged = { basis: `deactivated:${record}`, record, typed: "cards" };
    const { status, text } = await console.submit(`${address}/${id}`, forged);
    expect([status, text]).toEqual([409, expect.stringContaining("The key has changed")]);
  }
  expect(await world.effects("destroyManagedKey")).toBe(0);
  await console.close();
});

it("shows the command instead of the form for a group of destructions, and takes none of them", async () => {
  await world.reset();
  const group = [keys.cards, keys.vouchers];
  const console = openConsole(world, "carol", { signing: signing("carol") });
  await console.logIn();
  for (const each of group) await world.uko("bob", `request ${each}`);
  await world.advance("1m");
  for (const each of group) await console.act(each, "approve", { typed: each === keys.cards ? "cards" : "vouchers" });
  await world.advance("5h");
  for (const each of group) await world.uko("bob", `request ${each}`);
  await world.advance("1m");
  const waiting = (await console.open("/waiting")).text;
  const [, address = ""] = /action="(\/requests\/[^"]+)"/.exec(waiting) ?? [];
  const page = (await console.submit(address)).text;
  expect(page).toContain("<h1>Destroy 2 keys</h1>");
  expect(page).toContain("both people sign a destruction with their SSH key");
  expect(page).not.toContain('action="/requests/approve"');
  for (const review of ["", "undefined"]) {
    expect((await console.submit("/requests/approve", { review, typed: "destroy 2" })).status).toBe(409);
  }
  expect(await world.effects("destroyManagedKey")).toBe(0);
  await console.close();
});
