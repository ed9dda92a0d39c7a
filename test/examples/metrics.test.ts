/** The recipes for metrics use only metrics that uko prints, and the script writes a whole file or leaves the last one. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { renderRequestMetrics } from "../../provider/engine/key/many/request-metrics.ts";
import { read, repository } from "../support/documents.ts";
import { readPrometheusText } from "../support/prometheus-text.ts";

const rendered = renderRequestMetrics({
  instanceId: "i",
  vaults: 1,
  nowMs: 0,
  reports: [],
  unreadable: [],
  hasKmsKeys: true,
});
const metrics = [...readPrometheusText(rendered).keys()];
const namesIn = (text: string): readonly string[] => text.match(/\buko_\w+/g) ?? [];

interface Rule {
  readonly alert: string;
  readonly expr: string;
}

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly w: number };
  readonly targets: readonly { readonly expr: string }[];
}

const { groups } = parse(read("examples/metrics/alerts.yml")) as { groups: readonly { rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const board = JSON.parse(read("examples/metrics/grafana.json")) as { readonly panels: readonly Panel[] };

describe("the board and the alerts", () => {
  it.each([
    ...rules.map(({ alert, expr }) => [alert, expr] as const),
    ...board.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  ])("%s reads metrics that uko prints", (_name, expr) => {
    const names = namesIn(expr);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(metrics).toContain(name);
  });

  it("show every metric but the number of vaults and the note on KMS", () => {
    const used = new Set(board.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => namesIn(expr))));
    expect(metrics.filter((name) => !used.has(name))).toEqual(["uko_listed_vaults", "uko_kms_keys_listed"]);
    for (const { gridPos } of board.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });

  it("are described by a page that names each metric", () => {
    const rows = Array.from(
      read("provider/docs/how-to/metrics.md").matchAll(/^\| `(uko_\w+)` \|/gm),
      ([, name]) => name,
    );
    expect(rows).toEqual(metrics);
  });
});

describe.skipIf(process.platform === "win32")("textfile.sh", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "uko-metrics-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the script with a `uko` that prints this text, and returns its exit code and the file. */
  function run(printed: string, exitCode: number): readonly [number | null, string] {
    const file = path.join(folder, "uko.prom");
    writeFileSync(path.join(folder, "printed"), printed);
    const stand = `#!/bin/sh\n[ "$*" = "requests --metrics" ] || exit 99\ncat "${folder}/printed"\nexit ${exitCode}\n`;
    writeFileSync(path.join(folder, "uko"), stand, { mode: 0o755 });
    const env = { PATH: `${folder}${path.delimiter}${process.env.PATH}` };
    const { status } = spawnSync("sh", [path.join(repository, "examples/metrics/textfile.sh"), file], { env });
    expect(existsSync(`${file}.new`)).toBe(false);
    return [status, readFileSync(file, "utf8")];
  }

  it("replaces the file, also if a vault could not be read, and keeps the last one if uko printed nothing", () => {
    expect(run(rendered, 0)).toEqual([0, rendered]);
    expect(run(`${rendered}# later\n`, 13)).toEqual([13, `${rendered}# later\n`]);
    expect(run("", 1)).toEqual([1, `${rendered}# later\n`]);
  });
});
