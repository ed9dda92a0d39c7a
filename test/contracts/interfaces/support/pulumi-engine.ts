/** Pulumi as the engine of a scenario. */

import { PulumiWorkspace } from "../../../stage/pulumi.ts";
import type { EngineWorkspace } from "./engine.ts";

export async function openPulumi(project?: string): Promise<EngineWorkspace> {
  const workspace = await PulumiWorkspace.create(project);
  const script = [
    'case "$1" in up|destroy|refresh) set -- "$@" --yes --skip-preview ;; esac',
    `exec "${workspace.engine.pulumiBin}" "$@" --non-interactive --color never`,
  ].join("\n");
  return {
    folder: workspace.folder,
    command: { name: "pulumi", script },
    person: (name, options) => workspace.person(name, options),
    dispose: () => workspace.dispose(),
    [Symbol.asyncDispose]: () => workspace.dispose(),
  };
}
