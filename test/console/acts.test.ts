import { describe, expect, it } from "vitest";
import { type CliTestWorld, keys, makeKmsKey, type Person, reportOf } from "../cli/harness.ts";
import { apiKeys, type Body, requestToken } from "../emulator/harness.ts";
import { explainVerdict } from "../support/oracle.ts";
import { hiddenIn, openConsole, type TestConsole, useTwoPeople } from "./console-world.ts";

let world: CliTestWorld;
let alice: TestConsole;
let bob: TestConsole;
useTwoPeople(["alice", "bob"], (opened, consoles) => {
  world = opened;
  [alice, bob] = consoles;
});

const key = keys.vouchers;
const label = "vouchers";

const idIn = (path: string): string => path.split("/")[1] ?? "";
const onWire = async (path: string): Promise<Body> => (await world.as("carol").key(idIn(path))).body;
const changeKey = async (path: string, change: Record<string, string>): Promise<void> =>
  expect((await world.as("carol").patch(idIn(path), change)).status).toBe(200);

describe("two people and one key", () => {
  it("shows the approver, on the page of the key and of the act, what the requester cannot choose first", async () => {
    await bob.act(keys.payroll, "request");
    for (const page of [`/keys/${keys.payroll}`, `/keys/${keys.payroll}/approve`]) {
      const { text } = await alice.open(page);
      const [facts = "", said = ""] = text.split("<p>Said by the requester, IBMid-550000BOB:</p>");
      expect(facts).toContain("<li>Created on 1 Jan 2026 08:00 UTC, ");
      expect(facts).toContain("<li>Used by: &quot;bucket-1&quot; (cloud-object-storage), ");
      expect(said).toContain("<li>Label: payroll</li>");
    }
  });

  it("shows the requester who can continue, with the commands that uko prints", async () => {
    await bob.act(key, "request");
    const { next } = reportOf(await world.uko("bob", `status ${key} --json`)).explanation;
    const { text } = await bob.open("/waiting");
    const commands = next.flatMap((step) => step.commands);
    expect(commands).toEqual(["uko approve vouchers", "uko approve vouchers --store", "uko withdraw vouchers"]);
    expect(text).toContain("<code>uko approve vouchers</code>");
    expect(text).toContain(`<a href="/keys/${key}/withdraw">`);
    expect(text).toMatch(/<h2>Your requests and approvals<\/h2>[\s\S]*<a href="[^"]*">vouchers<\/a>/);
  });

  it("asks the requester key by key whether they made a request that the run cannot verify", async () => {
    const other = keys.cards;
    await world.uko("bob", `request ${key} ${other}`);
    await world.advance("1m");
    for (const each of [key, other]) await world.type("carol", `approve ${each} --store`);
    const { url } = world;
    const token = String((await requestToken(url, apiKeys.bob)).body.access_token);
    const environmentOf = (who: Person) => ({
      ...world.environmentOf(who),
      UKO_URL: url,
      UKO_API_KEY: "",
      UKO_TOKEN: token,
    });
    // A token from a log-in has no seal, like a request that another person made up.
    const loggedIn = openConsole({ environmentOf }, "bob");
    await loggedIn.logIn();
    const waiting = (await loggedIn.open("/waiting")).text;
    for (const each of ["vouchers", "cards"])
      expect(waiting).toContain(`Did you request to deactivate ${each} in payments?`);
    expect(waiting).not.toMatch(/Your request to|action="\/requests\/continue/);
    const { text } = await loggedIn.open(`/keys/${key}/continue`);
    expect(text).toMatch(/uko cannot verify that you made the request[\s\S]*Go on only if you requested it/);
    const group = await loggedIn.submit(`/requests/continue/${key.split("/")[0]}/active/-`);
    expect(group.text).toContain("These keys are no longer waiting for you");
    await loggedIn.close();
    expect((await bob.open("/waiting")).text).toContain("Your request to deactivate 2 keys in payments is approved");
  });

  it("shows the requester who declined, and why", async () => {
    await bob.act(key, "request");
    expect((await bob.open(`/keys/${key}/withdraw`)).text).not.toContain('name="reason"');
    const says = /Alice Example[^<]* declined the request for the deactivation on [^<]*Reason: Still in use &lt;b&gt;/;
    expect((await alice.act(key, "withdraw", { reason: "Still in use <b>" })).text).toMatch(says);
    expect((await bob.open(`/keys/${key}`)).text).toMatch(says);
  });

  it("says on the page of an act why the key does not offer it, and not that the key changed since a page", async () => {
    await bob.act(key, "request");
    await world.advance("1m");
    await world.uko("carol", `hold ${key} --kind legal --ticket L-7`);
    const { status, text } = await alice.open(`/keys/${key}/approve`);
    expect(status).toBe(409);
    expect(text).toContain("is held: legal, ticket L_7");
    expect(text).not.toMatch(/has changed|after your page was shown/);
    expect(text).toContain(`<a href="/keys/${key}">`);
  });

  it("shows both a hold that a person released, and the second one also the reason to delete the key", async () => {
    await world.uko("carol", `hold ${key} --kind legal --ticket L-7`);
    await world.advance("1m");
    await world.uko("carol", `hold ${key} --release --reason "The case is closed"`);
    await world.advance("1m");
    const release = /IBMid-550000CAROL released the hold on [^<]*The case is closed/;
    expect((await bob.open(`/keys/${key}/request`)).text).toMatch(release);
    await bob.act(key, "request", { reason: "Moved to the new ledger" });
    for (const act of ["approve", "store"]) {
      const { text } = await alice.open(`/keys/${key}/${act}`);
      expect(text, act).toMatch(release);
      expect(text, act).toContain("Moved to the new ledger");
    }
  });

  it("goes from the request to the removal, and never on one person's word", async () => {
    const asked = await bob.act(key, "request", { reason: "Payroll moved to the new ledger" });
    expect(asked.text).toContain("<h1>Request sent</h1>");
    expect(asked.text).toMatch(/Another person with the role [^.]*Deployer can approve it until <time/);
    expect(asked.text).not.toContain("UKO_");
    await world.advance("1m");
    const waiting = await alice.open("/waiting");
    expect(waiting.text).toContain("asks to deactivate vouchers in payments");
    expect(waiting.text).toContain("Role: Key Custodian - Deployer");
    expect(waiting.text).toContain("Reason: Payroll moved to the new ledger");
    const opens = "a person with the role Vault Administrator can destroy it alone, with other tools";
    expect((await alice.open(`/keys/${key}/approve`)).text).toContain(opens);
    expect((await alice.act(key, "approve", { typed: label })).text).toContain("This run deactivated the key.");
    // The deactivation requests nothing, so a person requests the destruction.
    expect((await bob.act(key, "approve", { typed: label })).status).toBe(409);
    // Nobody has asked for the destruction yet, so Bob's request and its reason are not shown as if he had.
    for (const act of ["request", "reactivate"]) {
      const { status, text } = await alice.open(`/keys/${key}/${act}`);
      expect([act, status]).toEqual([act, 200]);
      expect(text).not.toMatch(/Asked by|Payroll moved/);
    }
    expect((await alice.act(key, "request", { typed: "y" })).status).toBe(422);
    const requested = await alice.act(key, "request", { typed: label });
    expect(requested.text).toContain("waiting for a second person to approve its destruction");
    await world.advance("5h");
    expect((await bob.open(`/keys/${key}`)).text).toContain("Approve the destruction and destroy the key");
    expect((await bob.act(key, "approve", { typed: label })).text).toContain("This run destroyed the key.");
    await world.advance("31d");
    expect((await bob.open("/waiting")).text).toContain("You can remove vouchers in payments");
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
      return who.submit(`${address}/${operation}`, { ...hiddenIn(page.text), typed });
    };
    expect((await alice.open("/kms")).text).toContain(`href="${address}"`);
    for (const typed of ["", "y"]) expect((await fill(alice, "request", typed)).status).toBe(422);
    expect((await fill(alice, "request", "backup")).status).toBe(200);
    // KMS does not show Alice who set the key, and refuses the same person itself.
    expect((await fill(alice, "approve", "backup")).text).toContain("UKO_");
    expect((await bob.open("/waiting")).text).toMatch(
      /An identity that KMS does not name asks to destroy backup in KMS[\s\S]*Role: KMS Manager/,
    );
    const page = (await bob.open(`${address}/approve`)).text;
    for (const name of ["Asked by", "Expires", "Vault", "State"]) expect(page).toContain(`<dt>${name}</dt>`);
    expect(page).toContain("Destroys the key in KMS");
    expect(page).toContain("KMS does not report which identity");
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
    expect(command.questions).toEqual([`Type the ID of the key, "${id}", to deactivate: `]);
    expect((await alice.act(key, "approve", { typed: id })).text).toContain("This run deactivated the key.");
  });

  it("shows who asks, since when and why, and the key, before the effect and its one button", async () => {
    await bob.act(key, "request", { reason: "Moved" });
    await world.advance("1m");
    const { text } = await alice.open(`/keys/${key}/approve`);
    const parts = [
      /\(&quot;Bob Example&quot;\) requested the deactivation on 24 Nov 2026/,
      /Reason: Moved/,
      /The request expires on/,
      /<dt>Vault<\/dt><dd>payments<\/dd>/,
      /<dt>State<\/dt><dd>active<\/dd>/,
      /<li>Keystore &quot;[^<]*: active, in sync\.<\/li>\n?<li>Used by: /,
      /<div class="zone cuts">/,
      /This can be undone/,
      /<button class="cuts">/,
      /<summary>More<\/summary>/,
      /Decline the request/,
    ];
    const places = parts.map((part) => text.search(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text.match(/<button(?! class="plain")/g)).toHaveLength(1);
    await alice.act(key, "approve", { typed: label });
    await alice.act(key, "request", { typed: label });
    await world.advance("5h");
    const destruction = (await bob.open(`/keys/${key}/approve`)).text;
    expect(destruction).toMatch(/<div class="zone final">\s*<p class="mark-final">Point of no return<\/p>/);
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

  it("is done once if the form is sent twice, and the second click leads to the first", async () => {
    const fields = hiddenIn((await bob.open(`/keys/${key}/request`)).text);
    const responses = await Promise.all([
      bob.post(`/keys/${key}/request`, fields),
      bob.post(`/keys/${key}/request`, fields),
    ]);
    expect(responses.map(({ status, headers }) => [status, headers.get("location")])).toEqual([
      [303, "/run"],
      [303, "/run"],
    ]);
    expect((await bob.open("/run")).text).toContain("Request sent");
    expect((await bob.post(`/keys/${key}/request`, fields)).status).toBe(409);
    expect(await world.effects("updateManagedKey")).toBe(1);
  });

  it("of a slow service leads to its progress, which ends with the form if a field is mistyped", async () => {
    await bob.act(key, "request");
    await world.advance("1m");
    const page = await alice.open(`/keys/${key}/approve`);
    const rule = { operation: "getManagedKey", latencyMs: 5_000, times: 1 };
    await fetch(`${world.url}/_emulator/faults`, { method: "POST", body: JSON.stringify(rule) });
    const sent = await alice.post(`/keys/${key}/approve`, { ...hiddenIn(page.text), typed: "voucher" });
    expect([sent.status, sent.headers.get("location")]).toEqual([303, "/run"]);
    expect((await alice.open("/run")).text).toContain("Reading from the service");
    await expect
      .poll(async () => (await alice.open("/run")).text, { timeout: 10_000 })
      .toContain("You did not type &quot;vouchers&quot;");
    const form = (await alice.open("/run")).text;
    expect(form).toContain(`action="/keys/${key}/approve"`);
    const done = await alice.submit(`/keys/${key}/approve`, { ...hiddenIn(form), typed: label });
    expect(done.text).toContain("This run deactivated the key.");
  });

  it("keeps another act from starting, and says so on a page with navigation", async () => {
    await fetch(`${world.url}/_emulator/faults`, {
      method: "POST",
      body: JSON.stringify({ operation: "updateManagedKey", latencyMs: 5_000 }),
    });
    const fields = hiddenIn((await bob.open(`/keys/${key}/request`)).text);
    const other = hiddenIn((await bob.open(`/keys/${keys.payroll}/request`)).text);
    const first = bob.post(`/keys/${key}/request`, fields);
    await expect
      .poll(async () => (await bob.open("/run")).text, { timeout: 4_000 })
      .toContain("Request the deactivation");
    const second = await bob.post(`/keys/${keys.payroll}/request`, other);
    expect([second.status, second.text.includes('<a href="/waiting">')]).toEqual([409, true]);
    expect((await first).headers.get("location")).toBe("/run");
    expect((await bob.submit(`/keys/${key}/request`, fields)).text).toContain("Request sent");
    expect((await onWire(keys.payroll)).tags.filter(({ name }) => name.startsWith("uko-"))).toEqual([]);
  });

  it("names the missing role, and changes nothing", async () => {
    await alice.act(key, "request");
    await world.advance("1m");
    const { text } = await bob.act(key, "approve", { typed: label });
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
    const rule = JSON.stringify({ operation: "listManagedKeys", status: 401 });
    await fetch(`${world.url}/_emulator/faults`, { method: "POST", body: rule });
    const { status, text } = await bob.open("/keys");
    expect([status, text.match(/<code>(UKO_\w+)/)?.[1]]).toEqual([500, "UKO_ACCESS_DENIED"]);
    expect(text).toContain('<a href="/waiting">');
    await fetch(`${world.url}/_emulator/faults`, { method: "DELETE" });
    expect((await bob.open("/keys")).status).toBe(200);
  });
});

describe("a page", () => {
  it("sends its navigation at once if the service is slow, and the content after it", async () => {
    const hasty = openConsole(world, "bob", { frameAfterMs: 20 });
    await hasty.logIn();
    await hasty.open("/me");
    const rule = { method: "POST", body: JSON.stringify({ operation: "listManagedKeys", latencyMs: 300 }) };
    await fetch(`${world.url}/_emulator/faults`, rule);
    const { status, text } = await hasty.open("/keys");
    expect([status, text.match(/<html/g)?.length, text.match(/<main/g)?.length]).toEqual([200, 1, 1]);
    expect(text).toMatch(/<\/header>\s*<p class="reading" role="status">Reading from the service …<\/p>\s*<main/);
    expect(text).toContain("vouchers");
    const missing = await hasty.open(`/keys/${key.replace(/.$/, "9")}`);
    expect(missing.text).toContain('role="search"');
    await fetch(`${world.url}/_emulator/faults`, { method: "DELETE" });
    await hasty.close();
  });

  it("of a mistyped address is a 404 with navigation and a search", async () => {
    for (const path of ["/nothing", "/keys/a/b", `/keys/${key.replace(/.$/, "9")}`, "/kms/a"]) {
      const { status, text } = await bob.open(path);
      expect([status, text.includes('role="search"'), text.includes('<a href="/keys"')], path).toEqual([
        404,
        true,
        true,
      ]);
    }
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
