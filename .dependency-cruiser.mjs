/** The layers of ARCHITECTURE.md as data: what each part of `provider` may import beside itself. Everything else is an error. */

import packageFile from "./package.json" with { type: "json" };
import publishedModules from "./tsconfig.build.json" with { type: "json" };

/** `ours` and `types` are paths below provider/ (`types`: type-only imports); `node: true` allows Node's own modules. */
const layers = {
  "errors.ts": { ours: [], packages: [] },
  "process/other-programs.ts": { ours: [], packages: [], node: true },
  "process/regular-file.ts": { ours: ["errors.ts"], packages: [], node: true },
  "text/": { ours: [], packages: [] },
  "x509/": { ours: [], packages: [], node: true },
  "compose/tool-identity.ts": { ours: [], packages: [], node: true },
  "lifecycle/": { ours: ["errors.ts"], packages: [] },
  "html/": { ours: ["text/"], packages: ["hono"] },
  "engine/": {
    ours: ["text/", "errors.ts", "html/", "lifecycle/"],
    packages: ["zod"],
  },
  // A room of its own above the engine: no run of an engine loads it.
  "campaign/": {
    ours: ["errors.ts", "text/", "html/", "lifecycle/", "engine/"],
    packages: ["yaml", "zod"],
  },
  // Pure as the core: what a campaign proposes is decided without a file, a service or a clock.
  "campaign/rules/": { ours: ["errors.ts", "text/glob.ts", "lifecycle/"], packages: [] },
  // A room of its own next to the engine: no run loads it, and it gets its records and trusted keys as values.
  "certificate/": {
    ours: ["errors.ts", "text/", "html/", "lifecycle/", "engine/commands/", "engine/text/words.ts"],
    packages: ["zod"],
  },
  // A room of its own next to the engine: it gets a port that reads, and no other way to a service.
  "probe/": {
    ours: ["errors.ts", "text/", "engine/text/words.ts", "engine/commands/doctor-messages.ts"],
    types: ["engine/ports/"],
    packages: ["zod"],
  },
  "resources/": { ours: ["errors.ts", "text/", "lifecycle/", "engine/"], packages: ["zod"] },
  "resources/schema/": {
    ours: [
      "errors.ts",
      "text/",
      "engine/",
      "resources/functions.ts",
      "resources/shared-inputs.ts",
      "resources/registry.ts",
    ],
    packages: ["zod"],
  },
  "services/": {
    ours: ["x509/", "text/", "errors.ts", "process/other-programs.ts", "process/regular-file.ts", "lifecycle/"],
    types: [
      "campaign/files/file-forms.ts",
      "engine/ports/world.ts",
      "engine/ports/containers.ts",
      "engine/ports/evidence.ts",
      "engine/ports/kms-keys.ts",
      "engine/ports/shown-key.ts",
      "engine/ports/signatures.ts",
      "probe/wire.ts",
      "certificate/statement.ts",
      "certificate/trust.ts",
    ],
    packages: ["undici", "zod", "jose", "@sigstore/core"],
    node: true,
  },
  "settings.ts": { ours: ["errors.ts", "text/"], types: ["lifecycle/", "services/"], packages: [] },
  // Apart from compose/engines.ts, so that no plugin carries the libraries of certificates.
  "compose/certificates.ts": {
    ours: [
      "compose/world.ts",
      "errors.ts",
      "campaign/files/manifest.ts",
      "certificate/",
      "process/regular-file.ts",
      "services/",
      "compose/tool-identity.ts",
      "text/json.ts",
    ],
    types: ["engine/ports/world.ts", "settings.ts"],
    packages: [],
    node: true,
  },
  "compose/engines.ts": {
    ours: ["errors.ts", "compose/world.ts", "lifecycle/", "engine/", "resources/", "settings.ts"],
    packages: [],
  },
  // Apart from compose/engines.ts, so that the command line loads no definition of a resource.
  "compose/world.ts": {
    ours: ["errors.ts", "lifecycle/", "engine/", "services/", "settings.ts", "compose/tool-identity.ts"],
    packages: [],
    node: true,
  },
  // Apart from compose/world.ts, so that the npm package has no operations of people.
  "compose/keys.ts": { ours: ["compose/world.ts", "engine/", "services/", "settings.ts"], packages: [] },
  // Apart from compose/keys.ts, so that no plugin has a campaign.
  "compose/operations.ts": {
    ours: ["campaign/", "compose/keys.ts", "compose/world.ts", "engine/", "resources/", "services/", "settings.ts"],
    packages: [],
  },
  // Apart from compose/engines.ts, so that help loads no library of a run.
  "compose/text.ts": {
    ours: ["engine/", "lifecycle/", "services/durable-append.ts", "services/http/allowed-hosts.ts", "settings.ts"],
    packages: [],
  },
  "compose/doctor.ts": {
    ours: ["errors.ts", "compose/world.ts", "engine/", "resources/"],
    types: ["services/", "settings.ts"],
    packages: [],
  },
  // Apart from compose/world.ts, so that only a run with --record loads what it is for.
  "compose/recording.ts": {
    ours: ["errors.ts", "compose/world.ts", "probe/", "services/", "text/"],
    types: ["lifecycle/vocabulary/observation.ts", "settings.ts"],
    packages: [],
    node: true,
  },
  // Apart from compose/operations.ts, so that only this command loads the rows of the probes.
  "compose/probe.ts": {
    ours: ["errors.ts", "compose/recording.ts", "compose/world.ts", "probe/", "process/regular-file.ts", "services/"],
    types: ["engine/ports/world.ts", "settings.ts"],
    packages: [],
    node: true,
  },
  "pulumi-dynamic/": {
    ours: ["errors.ts", "compose/engines.ts"],
    types: ["lifecycle/", "engine/", "resources/"],
    packages: ["@pulumi/pulumi"],
    node: true,
  },
  "pulumi-plugin/": {
    // The sign for values that are known only later has to be one; all else of the engine is loaded with compose/engines.ts, but for
    // what a run remembers of its resources, and for the names of our own commands, which are needed before the first call.
    ours: [
      "errors.ts",
      "bin/own-commands.ts",
      "bin/own-program.ts",
      "process/lazy-import.ts",
      "compose/engines.ts",
      "engine/resource/declarations.ts",
      "engine/resource/stopped-alike.ts",
      "engine/resource/unknown.ts",
      "engine/text/own-commands.ts",
      "process/plugin-server.ts",
      "text/",
      "process/same-user.ts",
    ],
    types: ["engine/"],
    packages: ["@pulumi/pulumi", "@grpc/grpc-js", "google-protobuf", "@types/google-protobuf"],
    outside: ["package.json", "sdk/schema.json", "sdk/terraform-mapping.json"],
    node: true,
  },
  "terraform-plugin/": {
    // As above; the schema is also what a value is read by.
    ours: [
      "errors.ts",
      "bin/own-commands.ts",
      "bin/own-program.ts",
      "process/lazy-import.ts",
      "compose/engines.ts",
      "engine/resource/stopped-alike.ts",
      "engine/resource/unknown.ts",
      "engine/text/own-commands.ts",
      "engine/text/resource-messages.ts",
      "process/plugin-server.ts",
      "text/",
      "resources/schema/terraform.ts",
      "resources/schema/terraform-leaves.ts",
      "x509/",
    ],
    types: ["lifecycle/", "engine/", "resources/"],
    packages: ["@bufbuild/protobuf", "@grpc/grpc-js", "@msgpack/msgpack"],
    outside: ["package.json"],
    node: true,
  },
  "process/lazy-import.ts": { ours: [], packages: [], node: true },
  "process/same-user.ts": { ours: [], packages: [], node: true },
  "process/plugin-server.ts": { ours: [], packages: ["@grpc/grpc-js"], node: true },
  "cli/": {
    ours: [
      "errors.ts",
      "compose/keys.ts",
      "compose/operations.ts",
      "compose/certificates.ts",
      "compose/doctor.ts",
      "compose/probe.ts",
      "compose/recording.ts",
      "compose/text.ts",
      "process/other-programs.ts",
      "text/",
      "process/regular-file.ts",
      "resources/schema/terraform.ts",
    ],
    types: ["campaign/", "lifecycle/", "engine/", "probe/", "resources/"],
    packages: ["commander", "string-width"],
    node: true,
  },
  "console/": {
    ours: ["errors.ts", "compose/text.ts", "html/", "text/", "process/same-user.ts"],
    types: ["campaign/", "compose/operations.ts", "engine/"],
    packages: ["hono", "@hono/node-server", "zod"],
    node: true,
  },
  "emulator/": {
    ours: ["errors.ts", "x509/"],
    packages: ["hono", "zod"],
    node: true,
  },
  "bin/": {
    ours: [
      "errors.ts",
      "compose/keys.ts",
      "engine/text/explanation.ts",
      "process/other-programs.ts",
      "cli/",
      "console/",
      "emulator/",
    ],
    packages: ["commander"],
    node: true,
  },
};

const alternatives = (patterns) => `(?:${patterns.map((pattern) => pattern.replaceAll(".", "\\.")).join("|")})`;
/** A name that ends in a slash is a folder and everything in it, another one a file. */
const local = (names) => names.map((name) => (name.endsWith("/") ? `^provider/${name}` : `^provider/${name}$`));
const installed = (names) => names.map((name) => `(^|/)node_modules/${name}/`);

/** What the npm package is compiled from, and the packages that are not installed with it. */
const published = publishedModules.files;
const developed = Object.keys(packageFile.devDependencies).filter((name) => !(name in packageFile.peerDependencies));

const layerRules = Object.entries(layers).flatMap(
  ([name, { ours, types = [], packages, outside = [], node = false }]) => {
    const from = { path: alternatives(local([name])) };
    const allowed = [
      ...local([name, ...ours, ...types]),
      ...installed(packages),
      ...outside.map((file) => `^${file}$`),
    ];
    const builtIn = node ? { dependencyTypesNot: ["core"] } : {};
    const beyond = {
      name: `layer of ${name}`,
      comment: `provider/${name} may import only what .dependency-cruiser.mjs lists for it`,
      severity: "error",
      from,
      to: { pathNot: alternatives(allowed), ...builtIn },
    };
    const typesOnly = {
      name: `types only into ${name}`,
      comment: `provider/${name} may take types from there, and nothing that runs`,
      severity: "error",
      from,
      to: { path: alternatives(local(types)), pathNot: alternatives(local(ours)), dependencyTypesNot: ["type-only"] },
    };
    return types.length > 0 ? [beyond, typesOnly] : [beyond];
  },
);

/**
 * The floors of the engine: a folder imports only itself and the folders before it. A kind of object passes what it knows to
 * them: Deletable in loop/deletable.ts, Deletion in resource/delete.ts.
 */
const engineFloors = ["text", "ports", "loop", "resource"];

/**
 * The floors of the pure core: the words of every decision are below, and what an engine may conclude from its state alone
 * is above the decisions about each kind of object. What people have written on a key is known before what may follow.
 */
const lifecycleFloors = ["vocabulary", "container", "consent", "key", "kms-key", "stored-state"];

/**
 * The floors of a campaign. A command that reads never imports one that acts: `acts` is on top. The files are below the
 * view, because a file only proposes: what it means, and whether it is true, is judged by what the service shows.
 */
const campaignFloors = ["rules", "files", "view", "reports", "acts"];

/** The floors of the emulator: what it keeps, a request, each API, and what a test does to it. Above them are the programs. */
const emulatorFloors = ["store", "http", "iam", "kms", "service", "control"];

const floorRulesOf = (house, floors) =>
  floors.map((name, floor) => ({
    name: `floor of ${house}/${name}`,
    comment: `provider/${house}/${name} may import only ${floors.slice(0, floor + 1).join(", ")} of ${house}`,
    severity: "error",
    from: { path: `^provider/${house}/${name}/` },
    to: { path: `^provider/${house}/`, pathNot: `^provider/${house}/(${floors.slice(0, floor + 1).join("|")})/` },
  }));

/** Every file of the house is in a room that has a floor. */
const noRoomBeside = (house, floors) => ({
  name: `no room of ${house} without a floor`,
  comment: `provider/${house} consists of the folders ${floors.join(", ")}`,
  severity: "error",
  from: { path: `^provider/${house}/`, pathNot: `^provider/${house}/(${floors.join("|")})/` },
  to: {},
});

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...layerRules,
    {
      name: "a part without a layer",
      comment: "Add it to the table in .dependency-cruiser.mjs and to ARCHITECTURE.md",
      severity: "error",
      from: { path: "^provider/", pathNot: alternatives(local(Object.keys(layers))) },
      to: {},
    },
    {
      name: "kinds of objects are apart",
      comment:
        "provider/engine/key, kms-key and container never import one another; what they share is in provider/engine",
      severity: "error",
      from: { path: "^provider/engine/(key|kms-key|container)/" },
      to: { path: "^provider/engine/(key|kms-key|container|commands)/", pathNot: "^provider/engine/$1/" },
    },
    {
      name: "what is about many keys is above what is about one",
      comment: "Of provider/engine/key, only commands.ts may import sets",
      severity: "error",
      from: { path: "^provider/engine/key/", pathNot: "^provider/engine/key/(sets/|commands\\.ts$)" },
      to: { path: "^provider/engine/key/sets/" },
    },
    ...floorRulesOf("lifecycle", lifecycleFloors),
    noRoomBeside("lifecycle", lifecycleFloors),
    ...floorRulesOf("engine", engineFloors),
    ...floorRulesOf("campaign", campaignFloors),
    noRoomBeside("campaign", campaignFloors),
    ...floorRulesOf("emulator", emulatorFloors),
    {
      name: "the schema is above the definitions",
      comment: "provider/resources/schema projects the definitions, so no definition imports it",
      severity: "error",
      from: { path: "^provider/resources/", pathNot: "^provider/resources/schema/" },
      to: { path: "^provider/resources/schema/" },
    },
    { name: "no circle", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "no development dependency in the npm package",
      comment: "The package is installed with its dependencies only; bundles contain what they import",
      severity: "error",
      from: { path: alternatives(published.map((file) => `^${file}$`)) },
      to: { path: alternatives(installed(developed)), reachable: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // The site of the guides is no part of the program.
    exclude: { path: "^provider/docs/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] },
  },
};
