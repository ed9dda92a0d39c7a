/**
 * Counts the lines of code of a TypeScript file. Comments and blank lines do not count, so an explanation never
 * competes with code for the limit of a file (decision 0053). Comments stand on lines of their own, as the formatter leaves them.
 */
export function codeLines(text: string): number {
  let count = 0;
  let isInComment = false;
  for (const line of text.split("\n")) {
    const content = line.trim();
    const isComment = isInComment || content.startsWith("/*");
    if (isComment) isInComment = !content.endsWith("*/");
    else if (content !== "" && !content.startsWith("//")) count += 1;
  }
  return count;
}
