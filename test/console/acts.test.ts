import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CliTestWorld, keys, makeKmsKey, reportOf } from "../cli/harness.ts";
import { explainVerdict } from "../support/oracle.ts";
import { hiddenIn, openConsole, startCliWorld, type TestConsole } from "./console-world.ts";

let world: CliTestWorld;
let alice: TestConsole;
let bob: TestConsole;
beforeAll(async () => {
  world = await startCliWorld();
});
beforeEach(async () => {
  await world.reset();
  alice = openConsole(world, "alice");
  bob = openConsole(world, "bob");
  await alice.logIn();
  await bob.logIn();
});
afterEach(async () => {
  await alice.close();
  await bob.close();
});
afterAll(() => world.close());

const key = keys.vouchers;
const label = "vouchers";

interface KeyOnWire {
  readonly label: string;
  readonly description: string;
  readonly state: string;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
}

/** A client of the service that is not the product. */
async function asCarol(path: string): Promise<{ readonly url: string; readonly headers: Record<string, string> }> {
  const login = await fetch(`${world.url}/identity/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "urn:ibm:params:oauth:grant-type:apikey", apikey: "carol-demo-key" }),
  });
  const { access_token: bearer } = (await login.json()) as { access_token: string };
  const url = `${world.url}/api/v4/managed_keys/${path.split("/")[1]}`;
  return { url, headers: { authorization: `Bearer ${bearer}` } };
}

async function onWire(path: string): Promise<KeyOnWire> {
  const { url, headers } = await asCarol(path);
  return (await (await fetch(url, { headers })).json()) as KeyOnWire;
}

async function changeKey(path: string, change: Partial<Pick<KeyOnWire, "label" | "description">>): Promise<void> {
  const { url, headers } = await asCarol(path);
  const etag = (await fetch(url, { headers })).headers.get("etag") ?? "";
  const body = JSON.stringify(change);
  const json = { "if-match": etag, "content-type": "application/json" };
  const response = await fetch(url, { method: "PATCH", headers: { ...headers, ...json }, body });
  if (!response.ok) throw new Error(await response.text());
}

describe("two people and one key", () => {
  it("shows the requester who can continue, with the commands that uko prints", async () => {
    await bob.act(key, "request");
    const { next } = reportOf(await world.uko("bob", `status ${key} --json`)).explanation;
    const { text } = await bob.open("/waiting");
    const commands = next.flatMap((step) => step.commands);
    expect(commands).toEqual(["uko approve vouchers", `uko withdraw ${key}`]);
    expect(text).toContain("<code>uko approve vouchers</code>");
    expect(text).toContain(`<a href="/keys/${key}/withdraw">`);
    expect(text).not.toMatch(/runs?<\/li>/);
  });

  it("goes from the request to the removal, and never on one person's word", async () => {
    const asked = await bob.act(key, "request", { reason: "Payroll moved to the new ledger" });
    expect(asked.text).toContain("Key &quot;vouchers&quot; is waiting for a second person to approve its deactivation");
    await world.advance("1m");
    const waiting = await alice.open("/waiting");
    expect(waiting.text).toContain("Approve the deactivation and deactivate the key: Key Custodian - Deployer");
    expect(waiting.text).toContain("Reason: Payroll moved to the new ledger");
    expect((await alice.act(key, "approve", { typed: label })).text).toContain("This run deactivated the key.");
    // The deactivation requests nothing, so a person requests the destruction.
    expect((await bob.act(key, "approve", { typed: label })).status).toBe(409);
    expect((await alice.act(key, "request")).text).toContain("waiting for a second person to approve its destruction");
    await world.advance("5h");
    expect((await bob.open(`/keys/${key}`)).text).toContain("Approve the destruction and destroy the key");
    expect((await bob.act(key, "approve", { typed: label })).text).toContain("This run destroyed the key.");
    await world.advance("31d");
    expect((await bob.open("/waiting")).text).toContain("Remove the key from its vault: Vault Administrator");
    expect((await bob.act(key, "remove", { typed: label })).text).toContain("this run removed it from its vault");
    const verdict = await world.verdict();
    expect(verdict.ok, explainVerdict(verdict)).toBe(true);
  });
});

describe("a KMS key that no managed key depends on", () => {
  it("is set for deletion by one person, and destroyed by another who types its name", async () => {
    const address = `/kms/${await makeKmsKey(world, "backup")}`;
    const fill = async (who: TestConsole, operation: string, typed: string) => {
      const page = await who.open(`${address}/${operation}`);
      return who.post(`${address}/${operation}`, { ...hiddenIn(page.text), typed });
    };
    expect((await alice.open("/kms")).text).toContain(`href="${address}"`);
    expect((await fill(alice, "request", "")).status).toBe(200);
    // KMS does not show Alice who set the key, and refuses the same person itself.
    expect((await fill(alice, "approve", "backup")).status).toBe(403);
    expect((await bob.open("/waiting")).text).toContain("Approve the deletion and destroy the key: KMS Manager");
    expect((await fill(bob, "approve", "back")).status).toBe(422);
    expect((await fill(bob, "approve", "backup")).text).toContain("This run destroyed the key.");
  });
});

describe("an act", () => {
  it("does nothing before the label is typed, and shows the page again", async () => {
    await bob.act(key, "request");
    await world.advance("1m");
    for (const typed of ["", "voucher", "VOUCHERS"]) {
      const { status, text } = await alice.act(key, "approve", { typed });
      expect([status, text.includes("You did not type &quot;vouchers&quot;")], typed).toEqual([422, true]);
    }
    expect((await onWire(key)).state).toBe("active");
  });

  it("on a key whose label shows nothing asks for its ID, as the command does", async () => {
    await changeKey(key, { label: " " });
    await world.advance("1m");
    await bob.act(key, "request");
    await world.advance("1m");
    expect((await alice.act(key, "approve", { typed: " " })).status).toBe(422);
    const [, id = ""] = key.split("/");
    const command = await world.type("alice", `approve ${key}`, [""]);
    expect(command.questions).toEqual([`Type the label of the key, "${id}", to deactivate: `]);
    expect((await alice.act(key, "approve", { typed: id })).text).toContain("This run deactivated the key.");
  });

  it("of a deactivation also requests the destruction, if the person ticks the box, as the command asks", async () => {
    await bob.act(key, "request");
    await world.advance("1m");
    const page = await alice.open(`/keys/${key}/approve`);
    expect(page.text).toContain('<input type="checkbox" id="requestsNext" name="requestsNext">');
    expect(page.text).toContain("Also request the destruction in your name? Another person must approve it.");
    const ticked = { ...hiddenIn(page.text), requestsNext: "on" };
    // A mistyped label keeps the box as the person left it.
    const { text } = await alice.post(`/keys/${key}/approve`, { ...ticked, typed: "voucher" });
    expect(text).toContain('<input type="checkbox" id="requestsNext" name="requestsNext" checked>');
    expect((await alice.post(`/keys/${key}/approve`, { ...ticked, typed: label })).status).toBe(200);
    const { lifecycleState, deletion } = reportOf(await world.uko("erin", `status ${key} --json`));
    expect([lifecycleState, deletion.requestedBy]).toEqual(["cooling_down", "IBMid-550000ALICE"]);
    await world.advance("5h");
    expect((await bob.open(`/keys/${key}/approve`)).text).not.toContain("checkbox");
    expect((await bob.act(key, "approve", { typed: label })).text).toContain("This run destroyed the key.");
  });

  it("is refused if another record is on the key than the page showed", async () => {
    await bob.act(key, "request");
    await world.advance("1m");
    const page = await alice.open(`/keys/${key}/approve`);
    await world.uko("bob", `withdraw ${key}`);
    await world.advance("1m");
    await world.uko("carol", `request ${key}`);
    await world.advance("1m");
    const response = await alice.post(`/keys/${key}/approve`, { ...hiddenIn(page.text), typed: label });
    expect([response.status, response.text.includes("The key has changed")]).toEqual([409, true]);
    expect((await onWire(key)).state).toBe("active");
    const again = await alice.open(`/keys/${key}/approve`);
    const swapped = { ...hiddenIn(page.text), basis: hiddenIn(again.text).basis ?? "", typed: label };
    expect((await alice.post(`/keys/${key}/approve`, swapped)).status).toBe(409);
    expect((await onWire(key)).state).toBe("active");
  });

  it("is done once if the form is sent twice", async () => {
    const fields = hiddenIn((await bob.open(`/keys/${key}/request`)).text);
    const responses = await Promise.all([
      bob.post(`/keys/${key}/request`, fields),
      bob.post(`/keys/${key}/request`, fields),
    ]);
    expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect((await bob.post(`/keys/${key}/request`, fields)).status).toBe(409);
  });

  it("names the missing role, and changes nothing", async () => {
    await alice.act(key, "request");
    await world.advance("1m");
    const { status, text } = await bob.act(key, "approve", { typed: label });
    expect(status).toBe(403);
    expect(text).toContain("This right requires the role Key Custodian - Deployer.");
    expect((await onWire(key)).state).toBe("active");
  });

  it("is not offered to an identity that is not a person", async () => {
    await bob.act(key, "request");
    await world.advance("1m");
    const pipeline = openConsole(world, "pipeline");
    await pipeline.logIn();
    expect((await pipeline.act(key, "approve", { typed: label })).status).toBe(409);
    expect((await pipeline.act(keys.payroll, "request")).status).toBe(409);
    await pipeline.close();
  });
});

describe("texts of others", () => {
  const script = '<script>alert(1)</script><img src=x onerror="alert(1)">';

  it("are shown as text in description and reason", async () => {
    await changeKey(key, { description: script });
    await bob.act(key, "request", { reason: script });
    await world.advance("1m");
    for (const path of ["/waiting", `/keys/${key}`, `/keys/${key}/approve`, `/keys?contains=${script}`]) {
      const { text, status } = await alice.open(path);
      expect([status, /<script>|<img/.test(text)], path).toEqual([200, false]);
      expect(text, path).toContain("&lt;script&gt;");
    }
  });
});

describe("an error", () => {
  it("is shown with its code and a link, and the next read works", async () => {
    const rule = JSON.stringify({ operation: "K1", status: 401 });
    await fetch(`${world.url}/_emulator/faults`, { method: "POST", body: rule });
    const { status, text } = await bob.open("/keys");
    expect([status, text.match(/<code>(UKO_\w+)/)?.[1]]).toEqual([500, "UKO_ACCESS_DENIED"]);
    expect(text).toContain('<a href="/waiting">');
    await fetch(`${world.url}/_emulator/faults`, { method: "DELETE" });
    expect((await bob.open("/keys")).status).toBe(200);
  });
});

describe("the page Keys", () => {
  it("searches by label, filters by state, and pages", async () => {
    const rows = (text: string) => text.match(/<th scope="row" [^>]*><a/g)?.length ?? 0;
    expect(rows((await bob.open("/keys")).text)).toBe(5);
    expect(rows((await bob.open("/keys?contains=PAY&state=active")).text)).toBe(1);
    expect(rows((await bob.open("/keys?state=destroyed")).text)).toBe(0);
    expect(rows((await bob.open("/keys?state=nonsense&page=-3")).text)).toBe(5);
  });
});
