/**
 * Makes a bare clone ready (packages, Node 26, dist, engines) and then runs a script with that Node first on PATH:
 * `node test/engines/prepare.mjs SCRIPT ARGS`. Plain JavaScript, since it starts on whichever Node >= 20 is there.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildIfStale, buildPackageIfStale } from "./build.mjs";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const bin = path.join(repository, "node_modules", ".bin");
const oldestNode = "22.19.0";
const interrupted = 130;

/** Whether npm's own record of what it installed agrees with package-lock.json. */
function isInstalled() {
  const record = path.join(repository, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  const wanted = JSON.parse(readFileSync(path.join(repository, "package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(
    ([name, { version, optional }]) => name === "" || optional || installed[name]?.version === version,
  );
}

function install() {
  console.error("Installing the packages of package-lock.json (about 30 seconds, once)");
  run(
    "npm",
    ["ci", "--no-fund", "--no-audit", "--no-update-notifier", "--loglevel=error"],
    "npm ci failed; its messages stand above.",
  );
}

/** The Node that runs everything else: the one among our packages, or this one if it is new enough. */
function chooseNode() {
  const own = path.join(bin, process.platform === "win32" ? "node.exe" : "node");
  for (const candidate of [own, process.execPath]) {
    const { stdout } = spawnSync(candidate, ["--version"], { encoding: "utf8" });
    const version = stdout?.trim().replace(/^v/, "");
    if (version && version.localeCompare(oldestNode, "en", { numeric: true }) >= 0) return candidate;
  }
  throw new Error(
    `Node ${process.versions.node} is too old, and the package \`node\`, which brings a newer one, did not install it; ` +
      `npm may be set to ignore install scripts. Use Node ${oldestNode} or newer, or run \`npm rebuild node\`.`,
  );
}

function run(command, args, failure, env = process.env) {
  const { status, signal, error } = spawnSync(command, args, { cwd: repository, stdio: "inherit", env });
  if (error) throw new Error(`${command} could not be started: ${error.message}`);
  if (signal === "SIGINT") throw Object.assign(new Error(""), { status: interrupted });
  const ended = signal === null ? failure : `${command} was ended by ${signal}`;
  if (status !== 0) throw Object.assign(new Error(ended), { status });
}

/** What a script asks of main.ts: languages of programs; none for everything; undefined if it runs no engine or finds it by itself. */
function enginesOf(script) {
  if (script?.endsWith("vitest.mjs") && process.env.UKO_TEST_TIER === "quick") return ["nodejs"];
  if (script === undefined || script.endsWith("vitest.mjs")) return [];
  // The demo and the examples find their engines themselves, and have something to show without them.
  const findsItself = /^(?:sdk\/make\/|sdk\/release\/|test\/engines\/build\.mjs$|examples\/(?:demo\/demo|run)\.ts$)/;
  return findsItself.test(script) ? undefined : ["nodejs"];
}

function main([script, ...args]) {
  if (!isInstalled()) install();
  const node = chooseNode();
  const env = { ...process.env, PATH: [path.dirname(node), bin, process.env.PATH].join(path.delimiter) };
  // The formatter and linter reads sources alone, and should complain before anything is built.
  if (script?.startsWith("node_modules/@biomejs/")) return run(node, [script, ...args], "", env);
  // The demo is what a stranger runs first, and the npm package is all that it shows.
  const build = script?.startsWith("examples/demo/") ? buildPackageIfStale : buildIfStale;
  build(node);
  const engines = path.join(repository, "test", "engines", "main.ts");
  const languages = process.env.UKO_SKIP_ENGINE_TESTS === "1" ? undefined : enginesOf(script);
  if (languages) run(node, [engines, ...languages], "The engines above are needed.", env);
  if (script) run(node, [script, ...args], "", env);
}

// Ctrl-C reaches the child as well, which clears away: a process that ended first would give the terminal back too early.
process.on("SIGINT", () => {});
try {
  main(process.argv.slice(2));
} catch (error) {
  if (error.message) console.error(error.message);
  process.exitCode = error.status ?? 1;
}
