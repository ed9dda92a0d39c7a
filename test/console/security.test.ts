import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { idleLimitMs, sessionLimitMs } from "../../provider/console/login.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys } from "../cli/harness.ts";
import { writesManagedKey } from "../support/calls.ts";
import { hiddenIn, host, openConsole, type TestConsole } from "./console-world.ts";

let bob: TestConsole;
const { world } = useCliStage();
beforeEach(() => {
  bob = openConsole(world, "bob");
});
afterEach(() => bob.close());

const origin = `http://${host}`;
const form = (fields: Record<string, string>) => new URLSearchParams(fields);

describe("the log-in", () => {
  it("shows nothing before the code, and the first page after it", async () => {
    for (const path of ["/", "/waiting", "/keys", "/me", `/keys/${keys.payroll}`]) {
      const { status, headers } = await bob.open(path);
      const to = path === "/" ? "/waiting" : `/login?to=${encodeURIComponent(path)}`;
      expect([status >= 302, headers.get("location")], path).toEqual([true, to]);
    }
    const response = await bob.logIn();
    expect([response.status, response.headers.get("location")]).toEqual([303, "/waiting"]);
    expect(response.headers.get("set-cookie")).toMatch(
      /^uko-console-41234=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await bob.open("/waiting")).text).toContain("IBMid-550000BOB (&quot;Bob Example&quot;)");
  });

  it("accepts a code once", async () => {
    const [code = ""] = bob.codes;
    await bob.post("/login", { code: code.toLowerCase().replace("-", " ") });
    expect((await bob.post("/login", { code })).text).toContain("Another browser is logged in");
    await bob.open("/me");
    await bob.post("/logout");
    expect((await bob.post("/login", { code })).text).toContain("The code is wrong. Tries left: 4.");
    expect(bob.codes).toHaveLength(2);
    expect((await bob.logIn()).status).toBe(303);
  });

  it("stops after 5 wrong codes, also for the right one", async () => {
    for (const left of [4, 3, 2, 1]) {
      expect((await bob.post("/login", { code: "BBBB-BBBB" })).text).toContain(`Tries left: ${left}.`);
    }
    expect((await bob.post("/login", { code: "" })).text).toContain("this console has stopped");
    expect(bob.isLocked()).toBe(true);
    expect((await bob.logIn()).status).toBe(403);
  });

  it("does not count a code that a foreign page sends", async () => {
    for (let each = 0; each < 6; each += 1) {
      const headers = { origin: "https://attacker.example" };
      await bob.send("/login", { method: "POST", headers, body: form({ code: "BBBB-BBBB" }) });
    }
    expect((await bob.logIn()).status).toBe(303);
  });

  it("ends after the idle limit, which a refresh does not move", async () => {
    await bob.logIn();
    const [cookie = ""] = ((await bob.open("/me")).headers.get("set-cookie") ?? "").split(";");
    expect(cookie).toBe("");
    bob.advanceMs(idleLimitMs - 1);
    expect((await bob.open("/waiting")).status).toBe(200);
    bob.advanceMs(idleLimitMs - 1);
    const page = await bob.open("/waiting");
    expect(page.status).toBe(200);
    bob.advanceMs(idleLimitMs);
    expect((await bob.open("/waiting")).headers.get("location")).toBe("/login?to=%2Fwaiting");
    expect(bob.codes).toHaveLength(2);
  });

  it("does not live longer because a page reads itself again", async () => {
    const { headers } = await bob.logIn();
    const refresh = { cookie: headers.get("set-cookie")?.split(";")[0] ?? "", "hx-request": "true" };
    bob.advanceMs(idleLimitMs - 1);
    expect((await bob.send("/waiting", { headers: refresh })).status).toBe(200);
    bob.advanceMs(1);
    const { status, text, headers: after } = await bob.send("/waiting", { headers: refresh });
    expect([status, text, after.get("hx-redirect")]).toEqual([200, "", "/login?to=%2Fwaiting"]);
  });

  it("ends after the absolute limit, however busy it is", async () => {
    await bob.logIn();
    const stepMs = sessionLimitMs / 64;
    for (let step = 0; step < 64; step += 1) {
      expect((await bob.open("/keys?contains=nothing")).status, `step ${step}`).toBe(200);
      bob.advanceMs(stepMs);
    }
    expect((await bob.open("/keys")).headers.get("location")).toBe("/login?to=%2Fkeys");
  });

  it("ends with the log-out, and the old cookie opens nothing", async () => {
    const cookie = (await bob.logIn()).headers.get("set-cookie")?.split(";")[0] ?? "";
    await bob.open("/me");
    expect((await bob.post("/logout")).headers.get("set-cookie")).toMatch(/=; Max-Age=0; Path=\/$/);
    expect((await bob.send("/waiting", { headers: { cookie } })).headers.get("location")).toBe("/login?to=%2Fwaiting");
  });
});

describe("the page after the log-in", () => {
  const code = () => bob.codes.at(-1) ?? "";

  it("is the one that the person left when the session expired", async () => {
    await bob.logIn();
    const path = `/keys/${keys.payroll}/request`;
    bob.advanceMs(idleLimitMs);
    const { headers } = await bob.post(path, { reason: "x" });
    const login = await bob.open(headers.get("location") ?? "");
    const response = await bob.post("/login", { ...hiddenIn(login.text), code: code() });
    expect([response.status, response.headers.get("location")]).toEqual([303, path]);
    expect((await bob.open(path)).status).toBe(200);
  });

  it.each([
    "//attacker.example",
    "/\\attacker.example",
    "https://attacker.example",
    "/login?to=/waiting",
    "/logout",
    "/keys\r\nx: y",
    "",
  ])("is never %j", async (to) => {
    const page = await bob.open(`/login?${new URLSearchParams({ to })}`);
    expect(hiddenIn(page.text).to).toBe("/waiting");
    expect((await bob.post("/login", { to, code: code() })).headers.get("location")).toBe("/waiting");
  });
});

describe("requests of other pages", () => {
  it.each([
    ["a name that points to this machine", { host: "attacker.example:41234" }],
    ["another port", { host: "127.0.0.1:41235" }],
    ["no port", { host: "127.0.0.1" }],
    ["localhost", { host: "localhost:41234" }],
  ])("refuses %s as Host, with the headers of every response", async (_, headers) => {
    const response = await bob.send("/login", { headers });
    expect([response.status, response.text.includes("form")]).toEqual([421, false]);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  it.each([
    ["no Origin", {}],
    ["Origin null", { origin: "null" }],
    ["a foreign Origin", { origin: "https://attacker.example" }],
    ["the Origin of another port", { origin: "http://127.0.0.1:9" }],
    ["https", { origin: `https://${host}` }],
    ["a cross-site fetch", { origin, "sec-fetch-site": "cross-site" }],
    ["a fetch of another port", { origin, "sec-fetch-site": "same-site" }],
  ])("refuses a POST with %s, also with cookie and token", async (_, headers) => {
    const cookie = (await bob.logIn()).headers.get("set-cookie")?.split(";")[0] ?? "";
    const { csrf = "" } = hiddenIn((await bob.open("/me")).text);
    const body = form({ csrf });
    const response = await bob.send("/logout", { method: "POST", headers: { cookie, ...headers }, body });
    expect(response.status).toBe(403);
    expect((await bob.open("/me")).status).toBe(200);
  });

  it.each([{}, { csrf: "" }, { csrf: "0".repeat(64) }])("refuses a POST with the token %o", async (fields) => {
    const cookie = (await bob.logIn()).headers.get("set-cookie")?.split(";")[0] ?? "";
    const headers = { cookie, origin };
    const response = await bob.send(`/keys/${keys.payroll}/request`, { method: "POST", headers, body: form(fields) });
    expect([response.status, response.text]).toEqual([403, expect.stringContaining("does not belong to this log-in")]);
  });

  it("changes nothing by a GET, and refuses other methods and large bodies", async () => {
    await bob.logIn();
    const before = (await world.trail()).length;
    for (const operation of ["request", "approve", "consent", "withdraw", "reactivate", "remove"]) {
      await bob.open(`/keys/${keys.payroll}/${operation}?csrf=1&basis=active:none`);
    }
    const written = (await world.trail()).slice(before).filter(({ operation }) => writesManagedKey(operation));
    expect(written).toEqual([]);
    expect((await bob.send("/me", { method: "DELETE" })).status).toBe(405);
    expect((await bob.post("/login", { code: "B".repeat(70_000) })).status).toBe(413);
  });

  it("sends the same headers with every response, and no credential", async () => {
    await bob.logIn();
    const paths = [
      "/login",
      "/waiting",
      "/keys",
      "/me",
      "/assets/console.css",
      "/assets/htmx.js",
      "/assets/icon.svg",
      "/nothing",
      "/keys/a/b",
    ];
    for (const path of [...paths, `/keys/${keys.payroll}`]) {
      const { headers, text } = await bob.open(path);
      expect(Object.fromEntries(headers), path).toMatchObject({
        "content-security-policy":
          "default-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
        "cache-control": "no-store",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      });
      expect(text).not.toMatch(/bob-demo-key|eyJ/);
      expect(text).not.toMatch(/<script(?! src="\/assets\/htmx\.js" defer>)| style=|<style| on\w+="/);
    }
  });
});
