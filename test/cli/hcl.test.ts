import fc from "fast-check";
import { expect, it } from "vitest";
import {
  attribute,
  blankLine,
  block,
  comment,
  hclFile,
  hclLiteral,
  hclObject,
  hclText,
} from "../../provider/cli/hcl.ts";

/** Reads a quoted text by HCL's specification; throws if something other than text begins in it. */
function readText(quoted: string): string {
  const inside = /^"(.*)"$/.exec(quoted)?.[1];
  if (inside === undefined) throw new Error(`No single quoted line: ${quoted}`);
  return inside.replaceAll(
    /\$\$\{|%%\{|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})|\\(.)|["\\]|[$%]\{/gu,
    (found, four?: string, eight?: string, letter?: string) => {
      if (found === "$${" || found === "%%{") return found.slice(1);
      if (four ?? eight) return String.fromCodePoint(Number.parseInt(four ?? eight ?? "", 16));
      const unescaped = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" }[letter ?? ""];
      if (unescaped === undefined) throw new Error(`${found} is not text in ${quoted}`);
      return unescaped;
    },
  );
}

const specialText = fc.constantFrom(
  ..."\"\\$%{}\n\r\t\0\u001b\u2028\u202e\ufeff #/'ä🔑",
  "${",
  "%{",
  "$${",
  "\\u0041",
  "\u{e0001}",
);

/** Any character except unpaired surrogates, which no file can contain. */
const any = fc.integer({ min: 0, max: 0x10f7ff }).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

it("writes any text on one line, without invisible characters, so that it reads back unchanged", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: specialText }), fc.string({ unit: any })), (text) => {
      const written = hclText(text);
      expect(readText(written)).toBe(text);
      expect(written).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

it("leaves text without special characters unchanged", () => {
  expect(hclText("Zahlungen größer 100 % ($5) 🔑 '{x}'")).toBe(`"Zahlungen größer 100 % ($5) 🔑 '{x}'"`);
});

it("writes lists on one line, maps line by line with quoted names, and nothing for undefined", () => {
  expect(hclLiteral([1, true, "a"])).toBe('[1, true, "a"]');
  expect(hclLiteral({})).toBe("{}");
  expect(hclLiteral({ for: "x", gone: undefined, "größe 1": ["y"] })).toBe(
    ["{", '  "for"     = "x"', '  "größe 1" = ["y"]', "}"].join("\n"),
  );
});

it("aligns equal signs as long as each attribute has one line", () => {
  const inner = hclObject([attribute("source", '"a"'), attribute("version", '"b"')]);
  const file = hclFile([
    comment("What this is."),
    block('resource "a" "b"', [
      attribute("id", "1"),
      attribute("label", "2"),
      attribute("tags", inner),
      attribute("x", "3"),
      blankLine,
      attribute("depends_on", "[]"),
    ]),
  ]);
  expect(file).toBe(
    [
      ...["# What this is.", 'resource "a" "b" {', "  id    = 1", "  label = 2"],
      ...["  tags = {", '    source  = "a"', '    version = "b"', "  }"],
      ...["  x = 3", "", "  depends_on = []", "}", ""],
    ].join("\n"),
  );
});
