/** HashiCorp's tool for the pages of the registries: it says whether they are laid out as a registry wants them. */

import type { Engine } from "./find-engine.ts";

const version = "0.25.0";

export const tfplugindocs: Engine = {
  executable: {
    name: "tfplugindocs",
    module: "tfplugindocs",
    packagePath: "github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs",
    ldflags: "",
    title: `tfplugindocs ${version}`,
    usualTime: "half a minute",
  },
  variable: "UKO_TFPLUGINDOCS",
  cacheName: `tfplugindocs-${version}`,
  goVersion: "1.25.8",
};
