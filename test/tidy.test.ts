/**
 * House rules that no other tool checks. Biome has: no enum, no `any`, no default export, functions of at most 70 lines;
 * the compiler: erasable syntax only; dependency-cruiser: the layers; knip: nothing unused.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { codeLines } from "./support/code-lines.ts";

const repository = fileURLToPath(new URL("../", import.meta.url));

interface Rule {
  readonly title: string;
  /** The files that the rule checks. */
  readonly files: RegExp;
  readonly except?: RegExp;
  /** The faults of a file, one line each. */
  readonly find: (text: string, file: string) => readonly string[];
  /** A file that breaks the rule, so that a test shows each rule fail. */
  readonly broken: { readonly file: string; readonly text: string };
}

// Generated files follow the rules of their generator.
const code = /^(provider|examples|test)\/(?!.*\/protocol\/[^/]*_pb\.ts$).*\.(m?ts|mjs)$/;
const product = /^provider\/.*\.ts$/;
// License texts, checksums and locked versions are third-party texts.
const foreign = /(^|\/)(LICENSE|go\.sum|go\.mod|package-lock\.json)$/;

const lines = (pattern: RegExp) => (text: string) =>
  text.split("\n").flatMap((line, index) => (pattern.test(line) ? [`line ${index + 1}: ${line.trim()}`] : []));

/** Words of the former dialect, which `provider/docs/reference/glossary.md` replaces. */
const dialect =
  /\b(told|foretells?|foretold|foreseen?|unseen|unasked|untold|besides|whoever|for ever|of ours|outweighs?|(?:is|are) to be|awaited|on file|stands? behind|takes the role|local UKO|somebody|anybody|nobody|lapse[sd]?|doors?|twins?|carriers?|left alone|your half|let go of|looked at|no way back|way out|once that is done|knows no|is no (?:text|number|JSON))\b/i;

/** The comments of a source file, and its string literals of more than one word. */
function proseIn(text: string, file: string): readonly string[] {
  const found: string[] = text.match(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm) ?? [];
  const visit = (node: ts.Node): void => {
    const isText =
      ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
    if (isText && / /.test(node.text)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

/** Who may import what of `provider/lifecycle/vocabulary/permit.ts`. Each other file gets its permits from a planner. */
const permitMakers: Readonly<Record<string, RegExp>> = {
  issuePermit:
    /^provider\/lifecycle\/(key\/plan-key|kms-key\/plan-kms-key|container\/plan-(container|ring))-deletion\.ts$/,
  issueWindowPermit: /^provider\/lifecycle\/key\/plan-key-deletion\.ts$/,
  beginDecision: /^provider\/engine\/((key|kms-key|container)\/observe|container\/kind)\.ts$/,
  endDecision: /^provider\/engine\/loop\/converge\.ts$/,
  spendPermit: /^provider\/services\/http\/client\.ts$/,
};

/** The casts and type guards that turn a value into a permit. */
function castsToPermit(text: string, file: string): readonly string[] {
  const found: string[] = [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    const isCast = ts.isAsExpression(node) || ts.isTypeAssertionExpression(node) || ts.isTypePredicateNode(node);
    if (isCast && /\b(Permit|DecisionRead)\b/.test(node.type?.getText() ?? "")) found.push(node.getText());
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const rules: readonly Rule[] = [
  {
    title: "a file has at most 400 lines of code",
    files: code,
    except: /^provider\/pulumi-dynamic\/generated\.ts$/,
    find: (text) => {
      const count = codeLines(text);
      return count > 400 ? [`${count} lines of code`] : [];
    },
    broken: { file: "provider/long.ts", text: "a;\n".repeat(401) },
  },
  {
    // VitePress requires brackets around the variable part of an address.
    title: "file names are kebab-case",
    files: code,
    find: (_, file) => (/^(\[[a-z]+\]|[a-z0-9]+(-[a-z0-9]+)*)(\.[a-z0-9]+)*$/.test(path.basename(file)) ? [] : [file]),
    broken: { file: "provider/managedKey.ts", text: "" },
  },
  {
    title: "no file has an empty name such as utils or common",
    files: code,
    find: (_, file) => (/(^|[/.-])(utils?|helpers?|common|misc|managers?)([/.-]|$)/.test(file) ? [file] : []),
    broken: { file: "provider/http-utils.ts", text: "" },
  },
  {
    title: "a file begins with a header",
    files: code,
    except: /\.test\.ts$/,
    find: (text) =>
      /^(#!.*\n)?\/\*\*(?:(?!\*\/)[\s\S])*[.:]\s/.test(text) ? [] : [`begins with: ${text.slice(0, 60)}`],
    broken: { file: "provider/plan.ts", text: 'import { z } from "zod";\n' },
  },
  {
    // The README.md of a room defines its terms once, and its files use them.
    title: "a header does not define what an engine, a review or a wave is",
    files: /^provider\/(?!docs\/).*\.ts$/,
    find: (text) =>
      /\((Pulumi, OpenTofu, Terraform|a group of keys)\)|, the list (of keys )?that/.test(
        text.slice(0, text.indexOf("*/")).replaceAll("\n *", ""),
      )
        ? ["defines a term of its room"]
        : [],
    broken: {
      file: "provider/lifecycle/key/plan.ts",
      text: "/** Plans for an engine (Pulumi, OpenTofu,\n * Terraform). */\n",
    },
  },
  {
    title: "a README of a room has 20 to 60 lines",
    files: /^provider\/(?!docs\/).*README\.md$/,
    find: (text) => {
      const count = text.trimEnd().split("\n").length;
      return count < 20 || count > 60 ? [`${count} lines`] : [];
    },
    broken: { file: "provider/engine/README.md", text: "# The engine\n" },
  },
  {
    title: "no file contains a task for later",
    files: code,
    find: lines(/\b(TO[D]O|FIX[M]E|X[X]X)\b/),
    broken: { file: "provider/plan.ts", text: `// ${"TO"}${"DO"}: finish\n` },
  },
  {
    title: "only test/contracts/interfaces/skips.ts skips a scenario",
    files: /^test\/contracts\/interfaces\/.*\.ts$/,
    except: /\/support\/each-file\.ts$/,
    find: lines(/\b(it|test|describe)(\.\w+)*\.(skip|skipIf|runIf|only|fails|todo)\b|\bskip\(/),
    broken: {
      file: "test/contracts/interfaces/01.test.ts",
      text: `test.concurrent.${"skip"}If(true)("a", () => {});\n`,
    },
  },
  {
    title: "exports have names",
    files: code,
    // A whole module has a name of its own. The names of generated classes follow from the registry.
    find: lines(/^\s*export \*(?! as \w+ from| from "\.\/generated\.ts";)/),
    broken: { file: "provider/index.ts", text: 'export * from "./plan.ts";\n' },
  },
  {
    title: "zod is a namespace import, so that a bundle keeps only its used parts",
    files: product,
    find: lines(/^import (?!(type )?\* as z from).*"zod";$/),
    broken: { file: "provider/plan.ts", text: 'import { z } from "zod";\n' },
  },
  {
    title: "clock, randomness and environment are parameters",
    files: product,
    // A plugin's main starts a process, as files in bin do; keys, serial numbers and sockets must be unguessable.
    except:
      /^provider\/(settings\.ts|compose\/(certificates|doctor|engines|world)\.ts|emulator\/|bin\/|[a-z]+-plugin\/main\.ts$|terraform-plugin\/handshake\.ts$|x509\/certificates\.ts$)/,
    find: lines(
      /\bprocess\.env\b|\bDate\.now\b|\bMath\.random\b|\bnew Date\(\)|\bperformance\.now\b|\brandom(UUID|Bytes|Int)\b/,
    ),
    broken: { file: "provider/engine/loop/settle.ts", text: "const now = Date.now();\n" },
  },
  {
    // Each call passes an environment without the caller's credentials (test/attacks/23-other-programs.test.ts).
    title: "only two files start other programs",
    files: product,
    except: /^provider\/(bin\/machine|process\/other-programs)\.ts$/,
    find: lines(/\bchild_process\b/),
    broken: { file: "provider/cli/open.ts", text: 'import { spawn } from "node:child_process";\n' },
  },
  {
    title: "only the planners make permits, and only the loop of a deletion begins a decision",
    files: code,
    except:
      /^(provider\/lifecycle\/vocabulary\/permit|test\/lifecycle\/vocabulary\/permit\.test|test\/tidy\.test)\.ts$/,
    find: (text, file) => [
      ...Object.entries(permitMakers).flatMap(([name, allowed]) =>
        new RegExp(`\\b${name}\\b`).test(text) && !allowed.test(file) ? [name] : [],
      ),
      ...lines(/(\* as \w+ from|\bimport\(|\brequire\().*\/permit\.ts"/)(text),
    ],
    broken: {
      file: "provider/probe/walk.ts",
      text: 'import { issuePermit } from "../lifecycle/vocabulary/permit.ts";\n',
    },
  },
  {
    title: "no cast makes a permit",
    files: code,
    except: /^provider\/lifecycle\/vocabulary\/permit\.ts$/,
    find: castsToPermit,
    broken: { file: "provider/engine/key/steps.ts", text: "const permit = {} as unknown as Permit<Act>;\n" },
  },
  {
    title: "plain English: no word of the former dialect (provider/docs/reference/glossary.md)",
    // Grows with each page that is rewritten, until it covers provider/, sdk/make/, examples/ and every page.
    files:
      /^((ARCHITECTURE|CONTRIBUTING|README)\.md|examples\/(?:[^/]*\/)*README\.md|provider\/docs\/(explanation|how-to|internals|reference|registry|tutorials)\/[^/]*\.md|provider\/(emulator|pulumi-dynamic|resources|schema)\/.*|sdk\/make\/.*|sdk\/released\/README\.md|sdk\/terraform\/docs\/.*|test\/(attacks|cli|emulator|engine|resources)\/.*)$/,
    find: lines(
      /\b(told|foretells?|foretold|foreseen?|unseen|unasked|untold|besides?|whoever|for ever|of ours|outweighs?|is to be|are to be|awaited(?!<)|on file|stands behind|takes the role|local UKO(?!'s demo world))\b/i,
    ),
    broken: { file: "README.md", text: "Whoever is awaited is told so.\n" },
  },
  {
    title: "plain English in messages and comments",
    files:
      /^(provider\/(engine|certificate|probe|cli|terraform-plugin(?!\/protocol)|pulumi-plugin)\/.*|provider\/(errors|text\/printable)\.ts|test\/(cli|engine|golden|resources)\/.*|test\/(attacks|certificate|contracts|e2e|lifecycle|probe|services|pulumi-plugin|terraform-plugin|pulumi-dynamic)\/.*|test\/[^/]*\.test\.ts)$/,
    // The mutants quote source text, and this file has an example that breaks each rule.
    except: /^test\/(lifecycle\/model\/mutants(\.test)?|tidy\.test)\.ts$/,
    find: (text, file) =>
      (file.endsWith(".ts") ? proseIn(text, file) : text.split("\n")).filter((prose) => dialect.test(prose)),
    broken: { file: "provider/engine/loop/settle.ts", text: 'const message = "Somebody has to be asked";\n' },
  },
  {
    title: "no file contains a path of a developer's machine",
    files: /./,
    except: foreign,
    find: lines(/(^|[^\w.~$}])\/(root|tmp|work|farm|home|Users)\/[A-Za-z]/),
    broken: { file: "README.md", text: `cd /${"home"}/alice\n` },
  },
  {
    title: "no file names a host of a package registry",
    files: /./,
    except: foreign,
    find: lines(
      /registry\.(npmjs|yarnpkg)|proxy\.golang|sum\.golang|pypi\.org|https?:\/\/(?!maven\.apache\.org\b)[\w.-]*(npm|maven)[\w.-]*\//,
    ),
    broken: { file: "README.md", text: `https://registry.${"npmjs"}.org/\n` },
  },
  {
    title: "the lock file names versions and checksums, not places",
    files: /^package-lock\.json$/,
    find: lines(/"resolved":/),
    broken: { file: "package-lock.json", text: '  "resolved": "https://somewhere",\n' },
  },
];

/** Committed files, and new files that git does not ignore. */
const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: repository,
  encoding: "utf8",
})
  .split("\0")
  .filter((file) => file !== "" && existsSync(path.join(repository, file)));

describe.each(rules)("$title", (rule) => {
  const applies = (file: string) => rule.files.test(file) && !rule.except?.test(file);

  test("in every file", () => {
    const findings = files
      .filter(applies)
      .flatMap((file) =>
        rule.find(readFileSync(path.join(repository, file), "utf8"), file).map((finding) => `${file}: ${finding}`),
      );
    expect(findings).toEqual([]);
  });

  test("and the rule can fail", () => {
    expect(applies(rule.broken.file)).toBe(true);
    expect(rule.find(rule.broken.text, rule.broken.file)).not.toEqual([]);
  });
});

/** A term with two definitions gets two meanings in time. A room that uses a term of another room links to its README. */
describe("each term of the rooms is defined in one README", () => {
  const termsDefinedTwice = (readmes: readonly (readonly [file: string, text: string])[]): readonly string[] => {
    const defined = readmes.flatMap(([file, text]) =>
      text
        .split("\n")
        .filter((line) => line.startsWith("- **"))
        .flatMap((line) => Array.from(line.matchAll(/\*\*([^*]+)\*\*/g), ([, term = ""]) => ({ file, term })))
        .map(({ term, ...place }) => ({ ...place, term: term.toLowerCase() })),
    );
    return [...Map.groupBy(defined, ({ term }) => term)].flatMap(([term, places]) =>
      places.length > 1 ? [`${term}: ${places.map(({ file }) => file).join(", ")}`] : [],
    );
  };

  test("in every room", () => {
    const rooms = files.filter((file) => /^provider\/(?!docs\/).*README\.md$/.test(file));
    const readmes = rooms.map((file) => [file, readFileSync(path.join(repository, file), "utf8")] as const);
    expect(termsDefinedTwice(readmes)).toEqual([]);
  });

  test("and the rule can fail", () => {
    const one = ["a/README.md", "- **Review**: a list of keys.\n"] as const;
    const other = ["b/README.md", "- **Page**: shows keys. **Review**: what a page shows.\n"] as const;
    expect(termsDefinedTwice([one, other])).toEqual(["review: a/README.md, b/README.md"]);
  });
});
