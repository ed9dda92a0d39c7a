import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { encodeReview, readReview } from "../../provider/engine/key/many/review-file.ts";
import { maxReviewBytes } from "../../provider/lifecycle/review.ts";
import { readReviewFile } from "../../provider/services/review-file.ts";
import { aKeyWith, aRecord, aReviewOf } from "../support/builders.ts";

const folder = mkdtempSync(path.join(tmpdir(), "uko-review-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

const review = aReviewOf([aKeyWith(aRecord())]);
const put = (name: string, content: string | Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};
const openReview = (file: string, digest: string) =>
  readReview(readReviewFile(file), digest, { path: file, again: "uko campaign next" });
const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

test("opens the review whose digest is named", () => {
  const text = encodeReview(review);
  expect(openReview(put("good.jsonl", text), sha256(text))).toEqual({ ...review, digest: sha256(text) });
});

const good = put("another.jsonl", encodeReview(review));
const link = path.join(folder, "link.jsonl");
const isWindows = process.platform === "win32";
if (!isWindows) symlinkSync(good, link);
const large = Buffer.alloc(maxReviewBytes + 1, "a");
const latin = Buffer.from([0x7b, 0xff, 0x7d, 0x0a]);
const marked = `\ufeff${encodeReview(review)}`;

const cases = [
  ["a file that changed after the review", good, sha256("another"), "is not the file that you named"],
  ["a link, even to the review itself", link, sha256(encodeReview(review)), "It is a symbolic link"],
  ["a device", "/dev/null", sha256(""), "It is not a regular file"],
  ["a folder", folder, sha256(""), "It is not a regular file"],
  ["a file that does not exist", path.join(folder, "none"), sha256(""), "The system says ENOENT"],
  ["a file of more than 8 MiB", put("large", large), sha256(large), "larger than 8 MiB"],
  ["bytes that are not UTF-8", put("latin", latin), sha256(latin), "not UTF-8"],
  ["a review with a byte order mark", put("marked", marked), sha256(marked), "Line 1 is not a JSON object"],
] as const;
const onWindows = cases.filter(([title]) => !/link|device|folder/.test(title));

test.each(isWindows ? onWindows : cases)("refuses %s", (_title, file, digest, message) => {
  expect(() => openReview(file, digest)).toThrow(
    expect.objectContaining({ code: "UKO_REVIEW_INVALID", message: expect.stringContaining(message) }),
  );
});
