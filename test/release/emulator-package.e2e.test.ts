/** The emulator's own package, installed by npm into an empty folder, and the image that is made of it. */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { extract } from "tar";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { packEmulator } from "../../sdk/release/emulator-package.ts";
import { cpuMs, end, start } from "../bench/processes.ts";
import { blocksIn, read } from "../support/documents.ts";

const run = promisify(execFile);
const installLimitMs = 120_000;

let folder: string;
let project: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "uko-emulator-package-"));
  const [packed] = await packEmulator(folder);
  project = path.join(folder, "project");
  await mkdir(project);
  await writeFile(path.join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  const args = ["install", path.join(folder, packed?.name ?? ""), "--prefer-offline", "--no-audit", "--no-fund"];
  await run("npm", args, { cwd: project, timeout: installLimitMs });
}, installLimitMs);
afterAll(() => rm(folder, { recursive: true }));

test("installs without Pulumi, and with the versions that the emulator was tested with", async () => {
  const installed = path.join(project, "node_modules");
  expect((await readdir(installed)).filter((name) => !name.startsWith(".")).sort()).toEqual(["@uko", "zod"]);
  const manifest = JSON.parse(await readFile(path.join(installed, "@uko", "emulator", "package.json"), "utf8"));
  expect(manifest.version).toBe(packageFile.version);
  expect(packageFile.dependencies).toMatchObject(manifest.dependencies);
  expect(read("provider/docs/decisions/0049-names-of-packages.md")).toContain(`\`${manifest.name}\``);
});

test("its command starts the demo world and prints the address", async () => {
  const command = path.join(project, "node_modules", ".bin", "uko-emulator");
  const emulator = spawn(command, ["--json"], { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void emulator.kill());
  const [line] = (await once(createInterface(emulator.stdout), "line")) as [string];
  const { url, instanceId } = JSON.parse(line);
  expect(instanceId).toBe("0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e");
  expect(await (await fetch(`${url}/_emulator/clock`)).json()).toMatchObject({ now: expect.any(String) });
});

test("starts with at most 0.2 s of CPU time", async () => {
  const bareServer = 'require("http").createServer().listen(0, "127.0.0.1", () => console.log("ready"))';
  const [own, bare] = await leastStarts([
    [main(), "--json"],
    ["-e", bareServer],
  ]);
  console.info(
    `${own.toFixed()} ms of CPU time, where a server of Node that answers nothing takes ${bare.toFixed()} ms`,
  );
  // On a machine that is slow today, the bare server tells how slow it is.
  expect(Math.min(own / 200, own / bare / 6)).toBeLessThan(1);
});

const main = (): string => path.join(project, "node_modules/@uko/emulator/dist/emulator/main.js");

/** The CPU time in ms of the fastest of five starts of each program, in turn. */
async function leastStarts(programs: readonly [readonly string[], readonly string[]]): Promise<[number, number]> {
  const least: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 5; round += 1) {
    for (const at of [0, 1] as const) {
      const { child } = await start(programs[at], { PATH: process.env.PATH ?? "" });
      least[at] = Math.min(least[at], cpuMs(child.pid ?? 0));
      await end(child);
    }
  }
  return least;
}

test("names the licenses of what its bundle contains", async () => {
  const notices = await readFile(path.join(project, "node_modules/@uko/emulator/THIRD-PARTY-NOTICES.txt"), "utf8");
  for (const name of ["zod"]) expect(notices).toContain(`${name} `);
});

test("the program of its README runs", async () => {
  const [program = ""] = blocksIn("sdk/release/emulator/README.md", "ts");
  await writeFile(path.join(project, "program.js"), program);
  const { stdout } = await run(process.execPath, ["program.js"], { cwd: project });
  expect(JSON.parse(stdout)).toMatchObject({ now: expect.any(String) });
});

test("the files that the Containerfile adds start with its entry point, and its health check finds them", async () => {
  const lines = (await readFile(path.join(folder, "Containerfile"), "utf8")).split("\n");
  const wordsOf = (instruction: string): readonly string[] =>
    JSON.parse(lines.find((line) => line.startsWith(instruction))?.slice(instruction.length) ?? "[]");
  expect(lines).toEqual(expect.arrayContaining(["USER node", "EXPOSE 7600"]));
  expect(lines.filter((line) => line.startsWith("RUN "))).toEqual([]);
  expect(lines).toContainEqual(expect.stringMatching(/^FROM \S+:[\d.]+-alpine@sha256:[0-9a-f]{64}$/));

  const [, added = "", place = ""] = lines.map((line) => /^ADD (\S+) (\S+)$/.exec(line)).find(Boolean) ?? [];
  const archives = globSync(added, { cwd: folder });
  expect(archives).toHaveLength(1);
  const image = path.join(folder, "image");
  await mkdir(path.join(image, place), { recursive: true });
  const archive = path.join(folder, archives[0] ?? "");
  await extract({ file: archive, cwd: path.join(image, place) });
  expect((await stat(archive)).size, "with its base at most 90 MB of a download").toBeLessThan(30_000_000);

  const port = String(await freePort());
  const inImage = (word: string): string =>
    (word.startsWith("/") ? path.join(image, word) : word).replaceAll("7600", port);
  const [node, ...entry] = wordsOf("ENTRYPOINT ").map(inImage);
  expect([node, ...entry.slice(1)]).toEqual(["node", "--host", "0.0.0.0", "--port", port]);
  const [same, ...check] = wordsOf("HEALTHCHECK CMD ").map(inImage);
  expect(same).toBe(node);
  await expect(run(process.execPath, check)).rejects.toMatchObject({ code: 1 });
  const emulator = spawn(process.execPath, [...entry, "--json"], { cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void emulator.kill());
  await once(createInterface(emulator.stdout), "line");
  await run(process.execPath, check);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await promisify(server.close.bind(server))();
  return port;
}
