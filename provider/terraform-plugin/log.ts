/**
 * Writes lines for the log of the host to standard error, in go-plugin's form. Evidence goes there only if the log
 * shows the level `info`, because the host would otherwise drop the evidence.
 */

const levels = ["trace", "debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

type Fields = Readonly<Record<string, string | number | boolean>>;

export interface Log {
  /** Writes a line, which must not contain a value of a resource or a credential. */
  write(level: Level, message: string, fields?: Fields): void;
  /** Set if the log shows the level `debug`, so that each call of a service is worth a line. */
  readonly isDebug?: true;
  /** Writes a whole line of evidence. Absent if the host would drop it. */
  readonly evidence?: (line: string) => void;
}

export interface LogSettings {
  readonly TF_LOG?: string | undefined;
  readonly TF_LOG_PROVIDER?: string | undefined;
}

/** The longest message. The host splits longer lines, which are then no longer valid JSON. */
const maxMessage = 16_000;

/** Creates a log, which writes nothing if neither variable is set, because the host would drop it. */
export function createLog(settings: LogSettings, now: () => Date, write: (line: string) => void): Log {
  const least = leastLevel(settings.TF_LOG_PROVIDER || settings.TF_LOG || "");
  const isShown = (level: Level): boolean => least !== undefined && levels.indexOf(level) >= levels.indexOf(least);
  const writeLine = (level: Level, message: string, fields: Fields): void => {
    const line = {
      "@level": level,
      "@message": message,
      "@module": "provider.uko",
      "@timestamp": now().toISOString().replace("Z", "000Z"),
      ...fields,
    };
    write(`${JSON.stringify(line)}\n`);
  };
  return {
    write(level, message, fields = {}) {
      if (isShown(level)) writeLine(level, message.slice(0, maxMessage), fields);
    },
    ...(isShown("debug") && { isDebug: true }),
    ...(isShown("info") && {
      evidence(line) {
        if (line.length > maxMessage) throw new RangeError("The line is too long for the log");
        writeLine("info", line, {});
      },
    }),
  };
}

/** The lowest level that is written. As in the hosts, any word that is not a level, such as JSON, means all levels. */
function leastLevel(word: string): Level | undefined {
  const wanted = word.toLowerCase();
  if (wanted === "" || wanted === "off") return undefined;
  return levels.find((level) => level === wanted) ?? "trace";
}
