/** The story of a certificate in the hooks of a file of tests. It is not in story.ts, which a program imports without Vitest. */

import { beforeAll, beforeEach } from "vitest";
import { type CliStageOptions, useCliStage } from "../cli/cli-stage.ts";
import { type Story, storyOn, writeKeys } from "./story.ts";

/** One story for all tests of the file, unless `isKept` is false. */
export function useStory({ isKept = true }: Pick<CliStageOptions, "isKept"> = {}): Story {
  const stage = useCliStage({ isKept });
  (isKept ? beforeAll : beforeEach)(() => writeKeys(stage.folder));
  return storyOn(stage);
}
