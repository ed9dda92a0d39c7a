/**
 * Prints where the engines are, and builds what is missing: `npm run engines`. Arguments name languages (nodejs, python, go, yaml)
 * of the programs that are to run; without any, everything that the project uses is looked for.
 */

import { findEngine } from "./find-engine.ts";
import { findGo } from "./find-go.ts";
import { findPulumi } from "./find-pulumi.ts";
import { findPython, isPythonLeftOut } from "./find-python.ts";
import { findTofu } from "./find-tofu.ts";
import { hostLanguages, languageHost } from "./language-hosts.ts";
import { sdkGenerator } from "./sdk-generator.ts";

const report = (line: string) => console.error(line);

async function main(languages: readonly string[]): Promise<void> {
  const everything = languages.length === 0;
  const pulumi = await findPulumi(report);
  console.log(`pulumi ${pulumi.version} (${pulumi.foundBy}): ${pulumi.pulumiBin}`);
  for (const language of hostLanguages.filter((known) => everything || languages.includes(known))) {
    if (language === "python" && isPythonLeftOut()) {
      console.log("NOT USED: Python, because UKO_SKIP_PYTHON=1 is set.");
      continue;
    }
    const engine = languageHost(language, pulumi.pulumiBin);
    const { bin, foundBy } = await findEngine(engine, report);
    console.log(`${engine.executable.name} (${foundBy === "variable" ? engine.variable : foundBy}): ${bin}`);
    if (language === "go") {
      const go = await findGo(report);
      console.log(`go ${go.version} with Pulumi's library (PATH): ${go.goBin}`);
    }
    if (language === "python") {
      const python = await findPython(report);
      console.log(`python ${python.version} with Pulumi's library (${python.foundBy}): ${python.pythonBin}`);
    }
  }
  if (everything) {
    const tofu = await findTofu(report);
    console.log(`tofu ${tofu.version} (${tofu.foundBy}): ${tofu.tofuBin}`);
    const { bin, foundBy } = await findEngine(sdkGenerator, report);
    console.log(`sdk-generator (${foundBy === "variable" ? sdkGenerator.variable : foundBy}): ${bin}`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
