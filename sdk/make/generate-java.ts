/** The Java package: the output of the real CLI's generator, and the files that Maven needs. */

import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findEngine } from "../../test/engines/find-engine.ts";
import { findPulumi } from "../../test/engines/find-pulumi.ts";
import { languageHost, languagePluginName } from "../../test/engines/language-hosts.ts";
import { installPlugins } from "../../test/stage/language-setup.ts";
import { languages } from "./pulumi/languages.ts";
import { readme } from "./pulumi/readme.ts";
import { pulumiSchema } from "./pulumi/schema.ts";

const generatorLimitMs = 120_000;
const license = fileURLToPath(new URL("../../LICENSE", import.meta.url));
const group = "io.github.pulumi-uko";

/** Writes java into `folder`, which does not have it yet. Builds a missing CLI and language host. */
export async function generateJava(folder: string, version: string, report: (line: string) => void): Promise<void> {
  const pulumi = await findPulumi(report);
  const { bin } = await findEngine(languageHost("java", pulumi.pulumiBin), report);
  const home = await mkdtemp(path.join(os.tmpdir(), "uko-java-"));
  try {
    await installPlugins(home, [{ name: languagePluginName("java"), folder: path.dirname(bin) }]);
    const schema = path.join(home, "schema.json");
    await writeFile(schema, JSON.stringify(pulumiSchema(version)));
    const args = ["package", "gen-sdk", schema, "--language", "java", "--out", folder];
    const env = { PATH: process.env.PATH, HOME: home, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "1" };
    await promisify(execFile)(pulumi.pulumiBin, args, { env, timeout: generatorLimitMs });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  const java = path.join(folder, "java");
  await writeFile(path.join(java, "pom.xml"), pom(version));
  await writeFile(
    path.join(java, "README.md"),
    readme("java", dependency({ groupId: group, artifactId: "uko", version })),
  );
  await writeFile(path.join(java, ".gitignore"), "target/\n");
  await copyFile(license, path.join(java, "LICENSE"));
}

/** Maven's description of the package. The generator writes one for Gradle only. */
function pom(version: string): string {
  const { description, homepage, repository, publisher, license } = pulumiSchema();
  const dependencies = Object.entries(languages.java.dependencies).map(([name, its]) => {
    const [groupId = "", artifactId = ""] = name.split(":");
    return dependency({ groupId, artifactId, version: its });
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Written by npm run sdk. -->
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>${group}</groupId>
  <artifactId>uko</artifactId>
  <version>${version}</version>
  <name>IBM Unified Key Orchestrator for Pulumi</name>
  <description>${description}</description>
  <url>${homepage}</url>
  <licenses>
    <license>
      <name>${license}</name>
      <url>https://www.apache.org/licenses/LICENSE-2.0</url>
    </license>
  </licenses>
  <developers>
    <developer>
      <name>${publisher}</name>
      <url>${path.dirname(repository)}</url>
    </developer>
  </developers>
  <scm>
    <connection>scm:git:${repository}.git</connection>
    <url>${repository}</url>
  </scm>
  <properties>
    <maven.compiler.release>11</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
    <project.build.outputTimestamp>1985-10-26T08:15:00Z</project.build.outputTimestamp>
  </properties>
  <dependencies>
${dependencies.join("\n").replaceAll(/^/gm, "    ")}
  </dependencies>
  <build>
    <plugins>
${plugins.map(([name, its]) => `      <plugin><artifactId>${name}</artifactId><version>${its}</version></plugin>`).join("\n")}
    </plugins>
  </build>
${releaseProfile}
</project>
`;
}

const plugins = [
  ["maven-resources-plugin", "3.3.1"],
  ["maven-compiler-plugin", "3.14.0"],
  ["maven-jar-plugin", "3.4.2"],
  ["maven-install-plugin", "3.1.4"],
] as const;

/** What Maven Central requires of a publication: sources, documentation and signatures. The bill of materials is published with them. */
const releaseProfile = `  <profiles>
    <profile>
      <id>release</id>
      <properties><maven.test.skip>true</maven.test.skip></properties>
      <build>
        <plugins>
          <plugin>
            <artifactId>maven-surefire-plugin</artifactId>
            <version>3.5.3</version>
          </plugin>
          <plugin>
            <artifactId>maven-source-plugin</artifactId>
            <version>3.3.1</version>
            <executions><execution><goals><goal>jar-no-fork</goal></goals></execution></executions>
          </plugin>
          <plugin>
            <artifactId>maven-javadoc-plugin</artifactId>
            <version>3.11.2</version>
            <configuration><doclint>none</doclint><quiet>true</quiet></configuration>
            <executions><execution><goals><goal>jar</goal></goals></execution></executions>
          </plugin>
          <plugin>
            <groupId>org.cyclonedx</groupId>
            <artifactId>cyclonedx-maven-plugin</artifactId>
            <version>2.9.1</version>
            <configuration><outputFormat>json</outputFormat><skipNotDeployed>false</skipNotDeployed></configuration>
            <executions><execution><phase>package</phase><goals><goal>makeBom</goal></goals></execution></executions>
          </plugin>
          <plugin>
            <artifactId>maven-gpg-plugin</artifactId>
            <version>3.2.7</version>
            <executions><execution><phase>verify</phase><goals><goal>sign</goal></goals></execution></executions>
          </plugin>
          <plugin>
            <groupId>org.sonatype.central</groupId>
            <artifactId>central-publishing-maven-plugin</artifactId>
            <version>0.10.0</version>
            <extensions>true</extensions>
            <configuration><publishingServerId>central</publishingServerId></configuration>
          </plugin>
        </plugins>
      </build>
    </profile>
  </profiles>`;

function dependency(place: {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
}): string {
  const lines = Object.entries(place).map(([name, value]) => `  <${name}>${value}</${name}>`);
  return ["<dependency>", ...lines, "</dependency>"].join("\n");
}
