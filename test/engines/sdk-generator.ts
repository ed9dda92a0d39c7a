/** The generator of our Node, Python and Go SDKs: a Go program of ours, built like the other engines. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Engine } from "./find-engine.ts";

const sources = ["main.go", "go.mod", "go.sum"].map((name) => new URL(`sdk-generator/${name}`, import.meta.url));
// It is no release of anybody's, so its own text is its version.
const digest = createHash("sha256");
for (const source of sources) digest.update(readFileSync(source));

export const sdkGenerator: Engine = {
  executable: {
    name: "sdk-generator",
    module: "sdk-generator",
    packagePath: ".",
    ldflags: "",
    title: "the generator of Pulumi SDKs",
    usualTime: "1 minute",
  },
  variable: "UKO_SDK_GENERATOR",
  cacheName: `sdk-generator-${digest.digest("hex").slice(0, 12)}`,
};
