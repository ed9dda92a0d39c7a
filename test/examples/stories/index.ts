/** The stories of the examples, by the folder of the example: `npm run example` tells one, and the tests tell all. */

import { packageStory, tofuStory } from "../../stage/payroll-story.ts";
import type { Story } from "../../stage/perform.ts";
import { story as certificate } from "./certificate.ts";
import { story as consoles } from "./console.ts";
import { story as existingVault } from "./existing-vault.ts";
import { story as onePerson } from "./one-person.ts";
import {
  existingKeyInPulumi,
  existingKeyInTofu,
  existingVaultByComponent,
  existingVaultByModule,
  rotateThenRetire,
} from "./short.ts";
import { story as twoPeople } from "./two-people.ts";
import { story as wholeStack } from "./whole-stack.ts";

export const stories: Readonly<Record<string, Story>> = {
  "pulumi-typescript": packageStory("pulumi-typescript"),
  "pulumi-python": packageStory("pulumi-python"),
  "pulumi-go": packageStory("pulumi-go"),
  "pulumi-java": packageStory("pulumi-java"),
  "pulumi-yaml": packageStory("pulumi-yaml"),
  opentofu: tofuStory("tofu", "opentofu"),
  "cdk-terrain": tofuStory("cdk", "cdk-terrain"),
  "one-person": onePerson,
  "two-people": twoPeople,
  "existing-key/pulumi": existingKeyInPulumi,
  "existing-key/opentofu": existingKeyInTofu,
  "existing-vault/imported": existingVault,
  "existing-vault/component": existingVaultByComponent,
  "existing-vault/opentofu": existingVaultByModule,
  "rotate-then-retire": rotateThenRetire,
  "whole-stack": wholeStack,
  certificate,
  console: consoles,
};
