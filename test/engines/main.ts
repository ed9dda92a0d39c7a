/**
 * Prints where the engines are, and builds what is missing: `npm run engines`. Arguments name languages (nodejs, python, go, yaml, java)
 * of the Pulumi programs that are to run, or `tofu`; without any, everything that the project uses is looked for.
 */

import { findCdkGenerators } from "./find-cdk-generators.ts";
import { findEngine } from "./find-engine.ts";
import { findGo } from "./find-go.ts";
import { findJava, isJavaLeftOut } from "./find-java.ts";
import { findPulumi } from "./find-pulumi.ts";
import { findPython, isPythonLeftOut } from "./find-python.ts";
import { findTofu } from "./find-tofu.ts";
import { hostLanguages, languageHost } from "./language-hosts.ts";
import { sdkGenerator } from "./sdk-generator.ts";
import { tfplugindocs } from "./tfplugindocs.ts";

const report = (line: string) => console.error(line);

async function main(wanted: readonly string[]): Promise<void> {
  const everything = wanted.length === 0;
  if (everything || wanted.some((name) => name !== "tofu")) await showPulumi(wanted, everything);
  if (everything || wanted.includes("tofu")) {
    const tofu = await findTofu(report);
    console.log(`tofu ${tofu.version} (${tofu.foundBy}): ${tofu.tofuBin}`);
  }
  if (everything) {
    for (const engine of [sdkGenerator, tfplugindocs]) {
      const { bin, foundBy } = await findEngine(engine, report);
      console.log(`${engine.executable.name} (${foundBy === "variable" ? engine.variable : foundBy}): ${bin}`);
    }
    const cdk = await findCdkGenerators(report);
    console.log(`cdk-generators (${cdk.foundBy}): ${cdk.folder}`);
  }
}

async function showPulumi(languages: readonly string[], everything: boolean): Promise<void> {
  const pulumi = await findPulumi(report);
  console.log(`pulumi ${pulumi.version} (${pulumi.foundBy}): ${pulumi.pulumiBin}`);
  for (const language of hostLanguages.filter((known) => everything || languages.includes(known))) {
    if (language === "python" && isPythonLeftOut()) {
      console.log("NOT USED: Python, because UKO_SKIP_PYTHON=1 is set.");
      continue;
    }
    if (language === "java" && isJavaLeftOut()) {
      console.log("NOT USED: Java, because UKO_SKIP_JAVA=1 is set.");
      continue;
    }
    const engine = languageHost(language, pulumi.pulumiBin);
    const { bin, foundBy } = await findEngine(engine, report);
    console.log(`${engine.executable.name} (${foundBy === "variable" ? engine.variable : foundBy}): ${bin}`);
    if (language === "go") {
      const go = await findGo(report);
      console.log(`go ${go.version} with Pulumi's library (PATH): ${go.goBin}`);
    }
    if (language === "java") {
      const java = await findJava(report);
      console.log(`java ${java.version} with Pulumi's library (PATH): ${java.mavenBin}`);
    }
    if (language === "python") {
      const python = await findPython(report);
      console.log(`python ${python.version} with Pulumi's library (${python.foundBy}): ${python.pythonBin}`);
    }
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
