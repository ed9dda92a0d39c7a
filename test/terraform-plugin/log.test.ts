import { describe, expect, test } from "vitest";
import { createLog, type LogSettings } from "../../provider/terraform-plugin/log.ts";

const linesOf = (settings: LogSettings, write: (log: ReturnType<typeof createLog>) => void): readonly string[] => {
  const lines: string[] = [];
  const log = createLog(
    settings,
    () => new Date("2026-11-24T14:22:00.123Z"),
    (line) => void lines.push(line),
  );
  write(log);
  return lines;
};
const all = (log: ReturnType<typeof createLog>): void => {
  for (const level of ["trace", "debug", "info", "warn", "error"] as const) log.write(level, level);
};
const levelsOf = (settings: LogSettings) =>
  linesOf(settings, all).map((line) => (JSON.parse(line) as { "@level": string })["@level"]);

test("a line is JSON as go-plugin reads it (log_entry.go): texts, and a time with six decimals", () => {
  const [line = ""] = linesOf({ TF_LOG: "trace" }, (log) =>
    log.write("info", 'a "b"\nc', { tf_rpc: "ReadResource", ms: 3 }),
  );
  expect(line.endsWith("}\n")).toBe(true);
  expect(line.trim()).not.toContain("\n");
  expect(JSON.parse(line)).toEqual({
    "@level": "info",
    "@message": 'a "b"\nc',
    "@module": "provider.uko",
    "@timestamp": "2026-11-24T14:22:00.123000Z",
    tf_rpc: "ReadResource",
    ms: 3,
  });
});

test("a line is never so long that the host would split it", () => {
  const [line = ""] = linesOf({ TF_LOG: "trace" }, (log) => log.write("info", "x".repeat(100_000)));
  expect(line.length).toBeLessThan(64 * 1024);
});

describe("evidence", () => {
  test.each([{}, { TF_LOG: "off" }, { TF_LOG: "warn" }])("has no log if the host drops it (%j)", (settings) => {
    linesOf(settings, (log) => expect(log.evidence).toBeUndefined());
  });

  test("is a whole line at the level info, or an error", () => {
    const long = "x".repeat(16_000);
    const [line = ""] = linesOf({ TF_LOG_PROVIDER: "info" }, (log) => {
      log.evidence?.(long);
      expect(() => log.evidence?.(`${long}x`)).toThrow("too long");
    });
    expect(JSON.parse(line)).toMatchObject({ "@level": "info", "@message": long });
  });
});

describe("the log", () => {
  test("writes nothing if the host drops the lines", () => {
    expect(levelsOf({})).toEqual([]);
    expect(levelsOf({ TF_LOG: "off" })).toEqual([]);
    expect(levelsOf({ TF_LOG: "" })).toEqual([]);
  });

  test("follows the provider's own variable, before the general one", () => {
    expect(levelsOf({ TF_LOG: "trace", TF_LOG_PROVIDER: "WARN" })).toEqual(["warn", "error"]);
    expect(levelsOf({ TF_LOG: "info" })).toEqual(["info", "warn", "error"]);
  });

  test("is the most detailed for a word that is not a level, such as JSON", () => {
    expect(levelsOf({ TF_LOG: "JSON" })).toHaveLength(5);
  });
});

test("only a log that shows the level debug asks for a line for each call of a service", () => {
  const isDebug = (TF_LOG: string) =>
    createLog(
      { TF_LOG },
      () => new Date(),
      () => undefined,
    ).isDebug;
  expect(["DEBUG", "TRACE", "INFO", "off"].map(isDebug)).toEqual([true, true, undefined, undefined]);
});
