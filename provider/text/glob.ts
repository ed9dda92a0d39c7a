/** Matches texts with patterns. The time to match one grows at most with the product of both lengths, so no pattern makes a run hang. */

/** Whether the text matches the pattern, in which `*` is any text and `?` is one character. */
export function isGlobMatch(glob: string, text: string): boolean {
  let at = 0;
  let globAt = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (at < text.length) {
    const wanted = glob[globAt];
    if (wanted === "*") {
      starAt = globAt;
      resumeAt = at;
      globAt += 1;
    } else if (wanted === "?" || wanted === text[at]) {
      at += 1;
      globAt += 1;
    } else if (starAt === -1) {
      return false;
    } else {
      // The last star takes one character more.
      resumeAt += 1;
      at = resumeAt;
      globAt = starAt + 1;
    }
  }
  while (glob[globAt] === "*") globAt += 1;
  return globAt === glob.length;
}
