/**
 * The npm package `pulumi-uko`: classes and functions for keys, vaults, keystores and templates of IBM Unified Key
 * Orchestrator, for Pulumi programs in TypeScript and JavaScript.
 */

export * from "./generated.ts";
