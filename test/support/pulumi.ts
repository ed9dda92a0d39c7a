/** The real Pulumi CLI in the hands of several people, as the examples use it. */

export {
  type ExportedResource,
  PulumiPerson,
  type PulumiResult,
  PulumiWorkspace,
  type RunOptions,
} from "../stage/pulumi.ts";
