/** An interface for a scenario: how to write a program for it, and the facts in which interfaces differ, each by a name. */

import { locateTofu } from "../../engines/find-tofu.ts";
import { type InterfaceName, interfaceNames, isOnWire } from "./interface-names.ts";
import type { EngineWorkspace } from "./support/engine.ts";
import { openPulumi } from "./support/pulumi-engine.ts";
import { openTofu } from "./support/tofu-engine.ts";
import { openPulumiWire } from "./support/wire/pulumi-workspace.ts";
import { openTofuWire } from "./support/wire/tofu-workspace.ts";
import { hclProgram, terraformTypeOf } from "./terraform-program.ts";

export type ResourceKind = "Vault" | "Keystore" | "KeyTemplate" | "ManagedKey" | "KmsKey";

export interface Resource {
  readonly type: ResourceKind;
  /** `$name.output` is another one's output, `$env.NAME` a variable of the person's environment. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly dependsOn?: string;
}

/** Each by its name, in the order in which a person would write them. */
export type Resources = Readonly<Record<string, Resource>>;

export interface UserInterface {
  readonly name: InterfaceName;
  /** A place with the engine's CLI, for a project of its own or an empty one. */
  open(project?: string): Promise<EngineWorkspace>;
  /** The program that declares these and nothing else. */
  programFor(resources: Resources): string;
  /** The command that ends all that can be ended. */
  readonly endAll: string;
  /** The line that names the key by its IDs, of the message about a deletion, where no command in it does. */
  pathOfDeletion(label: string, keyPath: string): readonly string[];
  /** The first line of an error that names no resource, of the deletion of this key; some engines show none beside it. */
  errorOfDeletion(label: string, keyPath: string, summary: string): string;
  /** Whether the command that messages print for ending a resource is about it alone. */
  readonly endsOne: boolean;
  /** The command that messages print for ending a resource. */
  endOf(kind: ResourceKind, name: string): string;
  /** How an update says that there was nothing to do. */
  readonly unchanged: RegExp;
  /** How a preview says that these would be updated. */
  toUpdate(count: number): string;
  /** What the engine calls a resource of this kind, in state and in URNs. */
  typeOf(kind: ResourceKind): string;
  /**
   * Each run first reads every key under dual authorization or in deletion, and stores the result in state, whatever its
   * outcome. With other interfaces only a refresh or an update of the key itself changes the state.
   */
  readonly looksFirst: boolean;
  /** A deletion that fails leaves in the state, at once, what it came to. */
  readonly savesWhatFailed: boolean;
  /** A plan tells what each deletion in it will need; what the look before a destroy saw, the engine keeps to itself. */
  readonly predicts: boolean;
  /** A plan or preview tells what an update towards the key's end will do and need. */
  readonly predictsRetirement: boolean;
  /** Each resource has a name that a creation stores, so that a creation without a response is found again. */
  readonly marksCreations: boolean;
  /** After an update the state has what the program says, whatever became of it, until the next look. */
  readonly stateFollowsPlan: boolean;
  /** The state keeps the settings of the run that made it. */
  readonly keepsSettings: boolean;
  /** How a refresh ends that may not or cannot see a resource, and the first line that it then says. The state stays as it is. */
  readonly refreshOfUnseen: {
    readonly exitCode: number;
    says(summary: string, code: string): string;
    /** Whose message: a run of the package also says how many resources it could not read. */
    readonly resource?: string;
  };
}

const pulumiWords = {
  endAll: "pulumi destroy --continue-on-error",
  errorOfDeletion: (_label: string, _keyPath: string, summary: string) => summary,
  endsOne: true,
  pathOfDeletion: () => [],
  keepsSettings: true,
  savesWhatFailed: false,
  stateFollowsPlan: false,
  marksCreations: true,
  unchanged: /^ {4}2 unchanged$/m,
  toUpdate: (count: number) => `~ ${count} to update`,
};
const unseen = "Could not refresh this resource; keeping the last known state: ";

/** The tests run OpenTofu, or Terraform if `UKO_TOFU` names it; messages name the engine that runs. */
const hcl = chosenInterface() === "terraform" ? ((await locateTofu())?.command ?? "tofu") : "tofu";

const userInterfaces: Readonly<Record<InterfaceName, UserInterface>> = {
  dynamic: {
    name: "dynamic",
    open: openPulumi,
    ...pulumiWords,
    endOf: (kind, name) =>
      `pulumi destroy --stack dev --target 'urn:pulumi:dev::keys::pulumi-nodejs:dynamic/uko:${kind}::${name}'`,
    programFor: (resources) => nodeProgram("pulumi-uko", resources),
    typeOf: (kind) => `pulumi-nodejs:dynamic/uko:${kind}`,
    looksFirst: false,
    predicts: false,
    predictsRetirement: false,
    refreshOfUnseen: { exitCode: 1, says: (summary) => summary },
  },
  package: {
    name: "package",
    open: openPulumi,
    ...pulumiWords,
    endOf: (kind, name) => `pulumi destroy --stack dev --target 'urn:pulumi:dev::keys::uko:index:${kind}::${name}'`,
    programFor: (resources) => nodeProgram("@uko/pulumi", resources),
    typeOf: (kind) => `uko:index:${kind}`,
    looksFirst: true,
    predicts: false,
    predictsRetirement: true,
    refreshOfUnseen: { exitCode: 0, says: (summary, code) => `${unseen}${summary} [${code}]`, resource: "payroll" },
  },
  terraform: {
    name: "terraform",
    open: openTofu,
    endAll: `${hcl} destroy`,
    errorOfDeletion: (label, keyPath, summary) => `Key "${label}" ${keyPath}: ${summary}`,
    endsOne: false,
    pathOfDeletion: (label, keyPath) => [`  It is key "${label}" ${keyPath}.`],
    endOf: () => `${hcl} destroy`,
    unchanged: /Resources: 0 added, 0 changed, 0 destroyed\./,
    toUpdate: (count) => `${count} to change, 0 to destroy.`,
    programFor: hclProgram,
    typeOf: terraformTypeOf,
    looksFirst: true,
    savesWhatFailed: true,
    predicts: true,
    predictsRetirement: true,
    keepsSettings: false,
    stateFollowsPlan: true,
    marksCreations: false,
    refreshOfUnseen: { exitCode: 0, says: () => "Could not read a resource, so its state is from the last read" },
  },
};

/** The interface of this run: each is a project of its own in vitest.config.ts. */
export const userInterface: UserInterface = isOnWire
  ? onWire(userInterfaces[chosenInterface()])
  : userInterfaces[chosenInterface()];

/** The same interface without the CLI: a program is the list of its resources. */
function onWire(real: UserInterface): UserInterface {
  const { name, typeOf } = real;
  return {
    ...real,
    open: () => (name === "terraform" ? openTofuWire() : openPulumiWire({ name, typeOf })),
    programFor: (resources) => JSON.stringify(resources),
  };
}

function chosenInterface(): InterfaceName {
  const chosen = interfaceNames.find((name) => name === process.env.UKO_TEST_INTERFACE);
  if (chosen === undefined) throw new Error(`UKO_TEST_INTERFACE must be one of ${interfaceNames.join(", ")}.`);
  return chosen;
}

function nodeProgram(module: string, resources: Resources): string {
  const types = [...new Set(Object.values(resources).map(({ type }) => type))].sort();
  if (types.length === 0) return "export {};\n";
  const lines = Object.entries(resources).map(([name, { type, args, dependsOn }]) => {
    const code = JSON.stringify(args)
      .replace(/"\$env\.(\w+)"/g, 'process.env.$1 ?? ""')
      .replace(/"\$(\w+\.\w+)"/g, "$1");
    const options = dependsOn === undefined ? "" : `, { dependsOn: ${dependsOn} }`;
    const made = `new ${type}(${JSON.stringify(name)}, ${code}${options});`;
    // Names such as `key-0` are no names of variables, and nothing refers to them.
    return /^\w+$/.test(name) ? `const ${name} = ${made}` : made;
  });
  return `import { ${types.join(", ")} } from "${module}";\n${lines.join("\n")}\n`;
}
