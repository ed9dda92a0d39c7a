/** Facts about each language that the generators of its SDK need. */

import { readme } from "./readme.ts";

const home = "github.com/pulumi-uko/pulumi-uko";

export const languages = {
  nodejs: {
    packageName: "@uko/pulumi",
    packageDescription: "Keys of IBM Unified Key Orchestrator for Pulumi programs. Deleting a key requires two people",
    readme: readme("nodejs"),
    dependencies: { "@pulumi/pulumi": "^3.249.0" },
    devDependencies: { "@types/node": "^24", typescript: "^6.0.0" },
    typescriptVersion: "^6.0.0",
    respectSchemaVersion: true,
  },
  python: {
    packageName: "pulumi_uko",
    readme: readme("python"),
    pythonRequires: ">=3.10",
    requires: { pulumi: ">=3.249.0,<4.0.0" },
    pyproject: { enabled: true },
    inputTypes: "classes-and-dicts",
    respectSchemaVersion: true,
  },
  go: {
    importBasePath: `${home}/sdk/go/uko`,
    modulePath: `${home}/sdk/go`,
    generateResourceContainerTypes: true,
    respectSchemaVersion: true,
  },
  csharp: {
    rootNamespace: "PulumiUko",
    namespaces: { uko: "Uko" },
    packageReferences: { Pulumi: "3.*" },
    respectSchemaVersion: true,
  },
  java: {
    basePackage: "io.github.pulumi_uko",
    // sdk/make/generate-java.ts writes Maven's file instead.
    buildFiles: "none",
    dependencies: {
      "com.pulumi:pulumi": "1.36.1",
      "com.google.code.findbugs:jsr305": "3.0.2",
    },
  },
} as const;
