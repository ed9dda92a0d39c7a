/** A strict reader of the Prometheus text format 0.0.4, by the rules of its specification that our output has to keep. */

export interface PrometheusSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly PrometheusSample[];
}

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?\d+(?:\.\d+)?)$/;
const labelPair = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/g;

/** Throws at the first line that breaks a rule. */
export function readPrometheusText(text: string): ReadonlyMap<string, PrometheusFamily> {
  if (text !== "" && !text.endsWith("\n")) throw new Error("The last line has no line feed");
  const families = new Map<string, { type: string; help: string; samples: PrometheusSample[] }>();
  const seen = new Set<string>();
  let current = "";
  for (const line of text.split("\n").slice(0, -1)) {
    const [, keyword, name = "", rest = ""] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? [];
    if (keyword === "HELP") {
      if (families.has(name)) throw new Error(`${name} has two groups of lines`);
      if (/\\(?![\\n])/.test(rest)) throw new Error(`The help of ${name} has an escape that does not exist`);
      families.set(name, { type: "", help: rest, samples: [] });
      current = name;
    } else if (keyword === "TYPE") {
      const family = families.get(name);
      if (name !== current || family === undefined || family.type !== "")
        throw new Error(`TYPE of ${name} is misplaced`);
      if (!/^(counter|gauge|histogram|summary|untyped)$/.test(rest)) throw new Error(`${rest} is not a type`);
      if ((rest === "counter") !== name.endsWith("_total")) throw new Error(`${name} does not fit its type ${rest}`);
      family.type = rest;
    } else {
      const [, sampled = "", labelText = "", value = ""] = sampleLine.exec(line) ?? [];
      const family = families.get(sampled);
      if (sampled !== current || family === undefined || family.type === "") throw new Error(`Misplaced line: ${line}`);
      const labels = Object.fromEntries(
        Array.from(labelText.matchAll(labelPair), ([, label = "", quoted = ""]) => [
          label,
          quoted.replaceAll(/\\(.)/g, (_, each: string) => (each === "n" ? "\n" : each)),
        ]),
      );
      const id = `${sampled}${JSON.stringify(Object.entries(labels).sort())}`;
      if (seen.has(id)) throw new Error(`Two samples of ${id}`);
      seen.add(id);
      family.samples.push({ labels, value: Number(value) });
    }
  }
  return families;
}
