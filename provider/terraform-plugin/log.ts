/**
 * Lines for the host's log, in go-plugin's own form on standard error: TF_LOG or TF_LOG_PROVIDER
 * shows them.
 */

const levels = ["trace", "debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

type Fields = Readonly<Record<string, string | number | boolean>>;

export interface Log {
  /** Never a value of a resource, and never a credential. */
  write(level: Level, message: string, fields?: Fields): void;
}

export interface LogSettings {
  readonly TF_LOG?: string | undefined;
  readonly TF_LOG_PROVIDER?: string | undefined;
}

/** The host splits longer lines, which are then no longer JSON. */
const maxMessage = 16_000;

/** The host drops everything if neither variable is set, so then nothing is written. */
export function createLog(settings: LogSettings, now: () => Date, write: (line: string) => void): Log {
  const least = leastLevel(settings.TF_LOG_PROVIDER || settings.TF_LOG || "");
  return {
    write(level, message, fields = {}) {
      if (least === undefined || levels.indexOf(level) < levels.indexOf(least)) return;
      const line = {
        "@level": level,
        "@message": message.slice(0, maxMessage),
        "@module": "provider.uko",
        "@timestamp": now().toISOString().replace("Z", "000Z"),
        ...fields,
      };
      write(`${JSON.stringify(line)}\n`);
    },
  };
}

/** As the hosts read it: any word that is not a level, such as JSON, means all levels. */
function leastLevel(word: string): Level | undefined {
  const wanted = word.toLowerCase();
  if (wanted === "" || wanted === "off") return undefined;
  return levels.find((level) => level === wanted) ?? "trace";
}
