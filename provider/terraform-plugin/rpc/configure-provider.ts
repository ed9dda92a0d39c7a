/**
 * Serves ConfigureProvider, which begins a run with the settings of the provider block. It opens no connection yet,
 * because a plan of other providers' resources needs no credential. If a setting is still unknown, the run has no
 * settings, and a call that needs the service fails. It refuses another instance than the environment's, and warns if
 * the environment overrides a credential in the configuration.
 */

import { hclDialect, requireOneInstance, sayOtherCredential, storedSettings } from "../../compose/engines.ts";
import { UNKNOWN } from "../../engine/resource/unknown.ts";
import { terraformProvider } from "../../resources/schema/terraform.ts";
import { readObject } from "../blocks.ts";
import { warningDiagnostic } from "../diagnostics.ts";
import { propertiesOf } from "../properties.ts";
import type { Call } from "../session.ts";

export const configureProvider: Call<"configureProvider"> = async (session, { config, terraformVersion }) => {
  const given = propertiesOf(terraformProvider.attributes, readObject(config, terraformProvider) ?? {});
  const isKnown = !Object.values(given).includes(UNKNOWN);
  const textOf = (name: string): string | undefined => {
    const value = given[name];
    return typeof value === "string" ? value : typeof value === "boolean" ? String(value) : undefined;
  };
  session.log.write("debug", "Configured", { host_version: terraformVersion });
  const settings = storedSettings(textOf);
  requireOneInstance(settings, hclDialect);
  session.configure(isKnown ? settings : undefined);
  return { diagnostics: [sayOtherCredential(settings, hclDialect) ?? []].flat().map(warningDiagnostic) };
};
