/**
 * Exports the npm package `pulumi-uko` for Pulumi programs in TypeScript and JavaScript. It has classes for managed
 * keys, KMS keys, vaults, keystores and templates of IBM Unified Key Orchestrator, and functions that read them, list
 * pending deletions, and show the steps of a deletion.
 */

export * from "./generated.ts";
