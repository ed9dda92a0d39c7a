/** `pulumi-uko`: keys of IBM Unified Key Orchestrator, and what they live in, for Pulumi programs in TypeScript and JavaScript. */

export { ManagedKey, type ManagedKeyArgs } from "./managed-key.ts";
