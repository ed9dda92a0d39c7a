/** Every call whose response has diagnostics, by its name in the protocol. */

export { applyResourceChange } from "./apply-resource-change.ts";
export { configureProvider } from "./configure-provider.ts";
export { generateResourceConfig } from "./generate-resource-config.ts";
export { getFunctions } from "./get-functions.ts";
export { getMetadata } from "./get-metadata.ts";
export { getProviderSchema } from "./get-provider-schema.ts";
export { getResourceIdentitySchemas } from "./get-resource-identity-schemas.ts";
export { importResourceState } from "./import-resource-state.ts";
export { moveResourceState } from "./move-resource-state.ts";
export { planResourceChange } from "./plan-resource-change.ts";
export { readDataSource } from "./read-data-source.ts";
export { readResource } from "./read-resource.ts";
export { upgradeResourceIdentity } from "./upgrade-resource-identity.ts";
export { upgradeResourceState } from "./upgrade-resource-state.ts";
export { validateDataResourceConfig } from "./validate-data-resource-config.ts";
export { validateListResourceConfig } from "./validate-list-resource-config.ts";
export { validateProviderConfig } from "./validate-provider-config.ts";
export { validateResourceConfig } from "./validate-resource-config.ts";
