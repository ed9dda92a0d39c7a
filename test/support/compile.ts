/** The TypeScript compiler's opinion of programs that import the npm package outside of this repository. */

import path from "node:path";
import ts from "typescript";
import { repository } from "./documents.ts";

const exported = {
  "pulumi-uko": path.join(repository, "provider/pulumi-dynamic/index.ts"),
  "pulumi-uko/emulator": path.join(repository, "provider/emulator/index.ts"),
};

/** The library of the native package, from its sources: a run of the unit tests need not have built it. */
const packages = { ...exported, "@uko/pulumi": path.join(repository, "sdk/nodejs/index.ts") };

/** The messages about each file, in the order of the files. */
export function complaintsAbout(files: readonly string[]): readonly (readonly string[])[] {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    target: ts.ScriptTarget.ES2023,
    paths: Object.fromEntries(Object.entries(packages).map(([name, file]) => [name, [file]])),
    typeRoots: [path.join(repository, "node_modules/@types")],
    types: ["node"],
  });
  return files.map((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"),
    );
  });
}

/** The `@example` of each class, function and constant that an entry point of the package exports; empty if it has none. */
export function examplesOfExports(): ReadonlyMap<string, string> {
  const files = Object.values(exported);
  const program = ts.createProgram(files, { noEmit: true, allowImportingTsExtensions: true, skipLibCheck: true });
  const checker = program.getTypeChecker();
  const examples = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    const found = module === undefined ? [] : checker.getExportsOfModule(module);
    return found.flatMap((each) => {
      const symbol = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
      if ((symbol.flags & ts.SymbolFlags.Value) === 0) return [];
      const example = symbol.getJsDocTags(checker).find(({ name }) => name === "example");
      const text = ts.displayPartsToString(example?.text);
      return [[each.name, /^```ts\n([\s\S]*)\n```$/.exec(text)?.[1] ?? ""] as const];
    });
  });
  return new Map(examples);
}
