/**
 * The text of each resource beyond its summary, written in `resources/*.md`: the effect of destroy,
 * example programs, and an ID.
 */

import { readdirSync, readFileSync } from "node:fs";
import type { ResourceName } from "../described.ts";

const pulumiLanguages = ["typescript", "python", "go", "java", "yaml"] as const;
export type Language = (typeof pulumiLanguages)[number] | "terraform";

export interface Example {
  readonly title: string;
  /** Programs by language; a feature may exist in some languages only. */
  readonly programs: Readonly<Partial<Record<Language, string>>>;
}

export interface Documentation {
  /** `{again}` and `{protect}` are placeholders for an engine's own terms. */
  readonly destroy: string;
  readonly examples: readonly Example[];
  /** The ID of an example in the form of `idForm`. */
  readonly exampleId: string;
}

const folder = new URL("resources/", import.meta.url);
const dataSourceTitle = /^Data source (?<typeName>\w+)$/;

/** Reads one file: a heading `# ManagedKey`, and a section for destroy, for each example and data source. */
export function readDocumentation(text: string) {
  const [head = "", ...sections] = text.split(/^## /m).map((section) => section.trim());
  const titled = sections.map((section) => {
    const [title = "", ...lines] = section.split("\n");
    const fences = Array.from(section.matchAll(/^```(\w+)\n([\s\S]*?)\n```$/gm), ([, language, program]) => [
      language,
      program,
    ]);
    const programs = Object.fromEntries(fences) as Example["programs"];
    return { title, body: lines.join("\n").trim(), programs };
  });
  const isExample = ({ title }: Example): boolean => title !== "Destroy" && !dataSourceTitle.test(title);
  return {
    name: /^# (\w+)/.exec(head)?.[1] ?? "",
    documentation: {
      destroy: titled.find(({ title }) => title === "Destroy")?.body ?? "",
      examples: titled.filter(isExample).map(({ title, programs }) => ({ title, programs })),
      exampleId: /`([^`]+)`/.exec(head)?.[1] ?? "",
    } satisfies Documentation,
    dataSources: titled.flatMap(({ title, programs: { terraform } }) => {
      const typeName = dataSourceTitle.exec(title)?.groups?.typeName;
      return typeName === undefined || terraform === undefined ? [] : [[typeName, terraform] as const];
    }),
  };
}

const read = [
  ...readdirSync(folder).map((file) => new URL(file, folder)),
  new URL("functions.md", import.meta.url),
].map((file) => readDocumentation(readFileSync(file, "utf8")));

const byName = new Map(read.map(({ name, documentation }) => [name, documentation]));
const programs = new Map(read.flatMap(({ dataSources }) => dataSources));

export function documentationOf(name: ResourceName): Documentation {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`No file in sdk/make/docs/resources describes ${name}`);
  return found;
}

/** A program in HCL for each data source. */
export function dataSourceProgram(typeName: string): string {
  const found = programs.get(typeName);
  if (found === undefined) throw new Error(`No file in sdk/make/docs has a program for data source ${typeName}`);
  return found;
}

/** An engine's terms for a repeated run, and for its own protection. */
export interface DestroyWords {
  readonly again: string;
  readonly protect: string;
}

export const pulumiWords: DestroyWords = { again: ", best with `--continue-on-error`", protect: "`protect`" };

/** Returns the effect of destroy, in the terms of one engine. */
export function describeDestroy(name: ResourceName, { again, protect }: DestroyWords): string {
  return documentationOf(name).destroy.replace("{again}", again).replace("{protect}", protect);
}

/**
 * Returns Markdown with the markers by which each language's documentation finds its own programs.
 */
export function describeResource(name: ResourceName, summary: string, idForm: string): string {
  const { examples, exampleId } = documentationOf(name);
  return [
    summary,
    `## What destroy does\n\n${unwrapped(describeDestroy(name, pulumiWords))}`,
    describeExamples(examples),
    `## Import\n\nThe import ID is \`${idForm}\`:\n\n\`\`\`sh\n$ pulumi import uko:index:${name} example ${exampleId}\n\`\`\``,
  ].join("\n\n");
}

/** Examples with the markers by which the documentation of each language finds its own programs. */
export function describeExamples(examples: readonly Example[]): string {
  const shown = examples.flatMap(({ title, programs: { terraform: _hcl, ...all } }) => {
    const fences = pulumiLanguages.flatMap((language) =>
      all[language] === undefined ? [] : [`\`\`\`${language}\n${all[language]}\n\`\`\``],
    );
    return fences.length === 0 ? [] : [`{{% example %}}\n### ${title}\n\n${fences.join("\n")}\n{{% /example %}}`];
  });
  return `{{% examples %}}\n## Example Usage\n\n${shown.join("\n\n")}\n{{% /examples %}}`;
}

/** A paragraph is one line, because some languages' documentation keeps every line break. */
export function unwrapped(text: string): string {
  return text.replaceAll(/(?<!\n)\n(?!\n|[0-9]+\. )\s*/g, " ");
}
