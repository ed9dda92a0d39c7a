/**
 * Serves ConfigureProvider, which begins a run with the settings of the provider block. It opens no connection yet,
 * because a plan of other providers' resources needs no credential. If a setting is still unknown, the run has no
 * settings, and a call that needs the service fails. It warns if the environment overrides a credential or an instance
 * in the configuration.
 */

import { otherCredential, otherInstance, type StoredSettings, storedSettings } from "../../compose/engines.ts";
import { UNKNOWN } from "../../engine/program/unknown.ts";
import { terraformProvider } from "../../schema/terraform.ts";
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
  session.configure(isKnown ? settings : undefined);
  return { diagnostics: overridden(settings).map(warningDiagnostic) };
};

/**
 * The warnings about settings that the environment overrides. The environment takes precedence, because a credential
 * belongs to a person. But one environment variable would override the settings of several provider blocks, which is
 * probably a mistake.
 */
function overridden(settings: StoredSettings): readonly string[] {
  const { instanceId: named = "", apiKey } = settings;
  const [served, variable] = [otherInstance(settings), otherCredential(settings)];
  const instance = [
    "UKO_INSTANCE_ID overrides instance_id of this provider configuration",
    `This run uses instance ${served}, not ${named}. If the configuration has several instances, unset UKO_INSTANCE_ID.`,
  ].join("\n");
  const credential = [
    `${variable} overrides ${apiKey === undefined ? "token" : "api_key"} of this provider configuration`,
    `This run acts as the person behind ${variable}. If your program has several credentials, unset ${variable}.`,
  ].join("\n");
  return [...(served === undefined ? [] : [instance]), ...(variable === undefined ? [] : [credential])];
}
