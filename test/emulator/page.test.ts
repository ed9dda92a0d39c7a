import { expect, it } from "vitest";
import { demoWorld } from "../../provider/emulator/demo-seed.ts";
import { apiKeys, auditOf, send, stageFreshWorld } from "./harness.ts";

const world = stageFreshWorld({ seed: demoWorld });

const page = async (): Promise<string> => (await send(`${world.url}/`, "GET")).text;

it("shows instance, clock, switches, containers, keys and identities as HTML", async () => {
  await world.control("clock", { set: "2026-11-24T12:00:00Z", freeze: true });
  await world.control("switches", { coolDownHours: 1 });
  const { status, headers, text } = await send(`${world.url}/`, "GET");
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/html; charset=UTF-8");
  expect(headers.get("date")).toBe("Tue, 24 Nov 2026 12:00:00 GMT");
  for (const part of [world.emulator.instanceId, "24 Nov 2026 12:00:00 UTC, frozen", "<code>coolDownHours: 1</code>"]) {
    expect(text).toContain(part);
  }
  for (const name of ["payments", "payroll-ring", "aws-frankfurt", "cards-draft", "orders", "Alice Example"]) {
    expect(text).toContain(`<td>${name}</td>`);
  }
  expect(text).toContain("<td>active</td>");
});

it("shows the newest audit entries first, and does not add one itself", async () => {
  await world.as("erin").call("GET", "/api/v4/vaults");
  await world.as("bob").create({ label: "first" });
  const before = (await auditOf(world)).length;
  const text = await page();
  expect(text.indexOf("<td>K2</td>")).toBeGreaterThan(0);
  expect(text.indexOf("<td>K2</td>")).toBeLessThan(text.indexOf("<td>V1</td>"));
  expect(await auditOf(world)).toHaveLength(before);
});

it("shows at most 100 rows of each table, and says how many there are", async () => {
  const vaults = { "uko-vault": "5c1e0000-0000-4000-8000-000000000001" };
  for (let count = 0; count < 120; count += 1) {
    await send(`${world.url}/api/v4/vaults?count=${count}`, "GET", undefined, vaults);
  }
  const text = await page();
  expect(text.match(/<td>V1<\/td>/g)).toHaveLength(100);
  expect(text).toMatch(/100 of 12\d entries/);
  expect(text).toContain('<td class="wraps">GET /api/v4/vaults?count=119</td>');
  expect(text).not.toContain('<td class="wraps">GET /api/v4/vaults?count=1</td>');
});

it("escapes the values that callers send", async () => {
  await world.control("keys/9b2d0000-0000-4000-8000-000000000002", { record: { label: '<img src=x onerror="a()">' } });
  const text = await page();
  expect(text).not.toContain("<img");
  expect(text).toContain("&lt;img src=x onerror=&quot;a()&quot;&gt;");
});

it("needs no script, loads nothing, and contains no API key", async () => {
  const { headers, text } = await send(`${world.url}/`, "GET");
  expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(text).not.toMatch(/<script|javascript:| on\w+=|https?:\/\/(?!127\.0\.0\.1)/);
  for (const apiKey of Object.values(apiKeys)) expect(text).not.toContain(apiKey);
});

it("has a language, a title, landmarks, captions and header cells, and follows the light or dark theme", async () => {
  const text = await page();
  expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
  for (const part of ["<title>", '<meta name="viewport"', "<main>", "<h1>", "color-scheme: light dark"]) {
    expect(text).toContain(part);
  }
  const tables = text.match(/<table[\s\S]*?<\/table>/g) ?? [];
  expect(tables.length).toBeGreaterThan(5);
  for (const table of tables) expect(table).toMatch(/<caption>.+<\/caption>\s*<thead><tr><th scope="col">/);
  expect(new Set(text.match(/<(h\d)>/g))).toEqual(new Set(["<h1>", "<h2>"]));
});

it("is refused to other hosts", async () => {
  expect((await send(`${world.url}/`, "GET", undefined, { origin: "https://example.com" })).status).toBe(403);
});
