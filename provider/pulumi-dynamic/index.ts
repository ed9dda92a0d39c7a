/**
 * Exports the npm package `pulumi-uko` for Pulumi programs in TypeScript and JavaScript. It has classes and functions
 * for keys, vaults, keystores and templates of IBM Unified Key Orchestrator.
 */

export * from "./generated.ts";
