/** Lines for the host's log, in go-plugin's own form on standard error: people see them with TF_LOG or TF_LOG_PROVIDER. */

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

/** Longer lines are torn apart by the host, and are then no JSON any more. */
const maxMessage = 16_000;

/** The host drops everything where neither variable is set, so nothing is written then. */
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

/** As the hosts read it: any word that is no level, such as JSON, means all of it. */
function leastLevel(word: string): Level | undefined {
  const wanted = word.toLowerCase();
  if (wanted === "" || wanted === "off") return undefined;
  return levels.find((level) => level === wanted) ?? "trace";
}
