/** Exports the code of every call of Terraform's protocol whose response has diagnostics, by the name of the call. */

export { applyResourceChange } from "./apply-resource-change.ts";
export { configureProvider } from "./configure-provider.ts";
export { generateResourceConfig } from "./generate-resource-config.ts";
export { importResourceState } from "./import-resource-state.ts";
export { moveResourceState } from "./move-resource-state.ts";
export { planResourceChange } from "./plan-resource-change.ts";
export { readDataSource } from "./read-data-source.ts";
export { readResource } from "./read-resource.ts";
export { getFunctions, getMetadata, getProviderSchema, getResourceIdentitySchemas } from "./schema.ts";
export { upgradeResourceIdentity, upgradeResourceState } from "./upgrade.ts";
export {
  validateDataResourceConfig,
  validateListResourceConfig,
  validateProviderConfig,
  validateResourceConfig,
} from "./validate.ts";
