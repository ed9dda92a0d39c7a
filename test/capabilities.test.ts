/**
 * What `uko` can do for its users, and the test that shows it. If you rewrite or remove a test, look here for what users
 * would lose. A command, resource or function without a row fails, and so does a row whose test is gone.
 */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { functions } from "../provider/resources/functions.ts";
import { resourceNames } from "../provider/resources/registry.ts";
import { commandLinePages } from "../sdk/make/docs/command-line.ts";

/** A file below `test/`, without `.test.ts` if it is a test, and how a title in it begins. */
type Shown = readonly [file: string, title: string];

const commands: Readonly<Record<string, Shown>> = {
  "uko-ls": ["cli/transcripts/ls.txt", "# `uko ls`, and the names that commands accept"],
  "uko-status": ["cli/transcripts/two-people.txt", "# Two people delete a key, and read its state at each step"],
  "uko-plan": ["cli/transcripts/two-people.txt", "# Two people delete a key, and read its state at each step"],
  "uko-requests": ["cli/transcripts/requests.txt", "=== A key in each stage of its deletion"],
  "uko-audit": ["cli/transcripts/evidence.txt", "=== Who deleted the key, and who approved it"],
  "uko-certificate": [
    "cli/transcripts/certificate.txt",
    "=== From the evidence to a certificate that a third person checks",
  ],
  "uko-certificate-create": [
    "cli/transcripts/certificate.txt",
    "=== From the evidence to a certificate that a third person checks",
  ],
  "uko-certificate-sign": ["cli/certificate", "counts persons and not keys"],
  "uko-certificate-verify": [
    "cli/transcripts/certificate.txt",
    "# An emulator proves nothing of IBM's service, so its certificates are no valid ones.",
  ],
  "uko-certificate-show": ["cli/certificate", "is a page that prints, rendered from the signed statement"],
  "uko-explain": ["cli/explain", "lists and explains every code of the catalog"],
  "uko-request": ["cli/transcripts/two-people.txt", "# Two people delete a key, and read its state at each step"],
  "uko-approve": ["cli/transcripts/approve-many.txt", "=== Without a name, uko lists what can be approved"],
  "uko-continue": ["cli/process", "two people delete a key, one waits for the keystores"],
  "uko-console": ["console/acts", "goes from the request to the removal, and never on one person"],
  "uko-sync": [
    "emulator/destruction",
    "one of two keystores refusing leaves the key out of sync there, until a sync succeeds",
  ],
  "uko-withdraw": [
    "cli/transcripts/approve-many.txt",
    "=== Several keys in one command: approve with --store, withdraw",
  ],
  "uko-reactivate": ["cli/transcripts/second-thoughts.txt", "=== A reactivation says what it removed"],
  "uko-hold": ["cli/transcripts/ls.txt", "=== A command that writes shows the key, and asks"],
  "uko-campaign": ["examples/campaign.e2e", "ends three keys of three owners in one campaign, with clean states"],
  "uko-campaign-plan": ["cli/transcripts/campaign.txt", "# A key that no step can end is late."],
  "uko-campaign-next": ["console/campaign-story", "%s ends a wave with two people"],
  "uko-campaign-status": [
    "cli/transcripts/campaign.txt",
    "# Nothing is asked of the service that the list does not say; --live asks the keystores.",
  ],
  "uko-campaign-halt": ["cli/campaign-acts", "stops after a reactivation, in every clone that has the evidence"],
  "uko-campaign-rollback": ["cli/campaign-acts", "withdraws every request, and reactivates what it deactivated"],
  "uko-import": ["cli/import", "writes a program that adopts the vault"],
  "uko-login": ["cli/login", "reads the code without an echo, after a warning, and says who logged in"],
  "uko-whoami": ["cli/transcripts/whoami.txt", "# `uko whoami`"],
  "uko-doctor": ["cli/transcripts/doctor.txt", "# What a new installation can do, before anything is requested."],
  "uko-probe": ["cli/probe", "only reads, says what it found, and writes a recording that only its owner can read"],
  "uko-install": ["cli/install", "puts the provider where both engines find it"],
  "uko-emulator": ["cli/process", "the emulator is ready soon, and prints its address"],
  "uko-emulator-advance": ["emulator/control", "advances for the command line"],
  "uko-completion": ["cli/completion", "offers every command, and options"],
};

const acts = ["create", "adopt", "change", "read", "delete", "list"] as const;

const resources: Readonly<Record<string, Readonly<Record<(typeof acts)[number], Shown>>>> = {
  managedKey: {
    create: ["resources/managed-key/create", "is one POST and nothing else"],
    adopt: ["contracts/interfaces/15-second-stack", "a second stack adopts a stack without a write"],
    change: ["resources/managed-key", "writes the differences in one PATCH, and keeps the marker"],
    read: ["resources/managed-key", "deleted: only then it leaves the state"],
    delete: ["contracts/interfaces/01-four-runs", "two people delete a key in four runs"],
    list: ["resources/managed-key/list", "a list contains every key in every state, of one vault or of all"],
  },
  vault: {
    create: ["resources/vault", "makes one, and returns its properties"],
    adopt: [
      "resources/vault",
      "is adopted with the values that the program declares, so that state reports none that were not written",
    ],
    change: ["resources/vault", "is not written without a difference"],
    read: ["resources/vault", "reports drift, and repairs none"],
    delete: ["contracts/interfaces/15-whole-stack", "two people delete a stack of eleven resources in 92 days"],
    list: ["resources/vault", "is found by its ID alone, and listed"],
  },
  keystore: {
    create: ["resources/keystore", "makes an internal one and reads its health once"],
    adopt: ["contracts/interfaces/15-second-stack", "a second stack adopts a stack without a write"],
    change: ["resources/keystore", "sends only the differences"],
    read: ["resources/round-trip", "is read, found and compared as it was created"],
    delete: ["resources/keystore-types", "holds a key until the key"],
    list: ["pulumi-dynamic/functions", "lists return all resources, without secrets"],
  },
  keyTemplate: {
    create: ["resources/key-template", "never adopts one of the same name"],
    adopt: ["contracts/interfaces/15-second-stack", "a second stack adopts a stack without a write"],
    change: ["resources/key-template", "sends only the differences, and reports that keys stay unchanged"],
    read: ["resources/key-template/schema", "with unknown values for Google, Azure and CCA are also read"],
    delete: ["resources/key-template", "succeeds after its last key, including destroyed keys"],
    list: ["resources/key-template/schema", "are found, listed, read and deleted like any other"],
  },
  kmsKey: {
    create: ["resources/kms-key", "makes one key that requires two people from its creation"],
    adopt: ["resources/kms-key/search", "adopts the key of an interrupted run of the same resource"],
    change: ["resources/kms-key", "moves the ring, the aliases and the rotation interval"],
    read: ["resources/kms-key", "redacts material in the service"],
    delete: ["contracts/interfaces/16-kms-key-refusals", "a window counts for another person with the right"],
    list: ["resources/kms-key-list", "leaves out the backing keys of managed keys"],
  },
};

/** In addition to one that reads an object and one that lists all of them, for each resource. */
const programFunctions: Readonly<Record<string, Shown>> = {
  listPendingDeletions: [
    "pulumi-dynamic/functions",
    "pending deletions are those that wait for a person or for a date",
  ],
  planDeletion: ["pulumi-dynamic/functions", "a plan returns the whole path, and takes no step"],
};

const others: Readonly<Record<string, Shown>> = {
  "find a key that Pulumi forgot": ["e2e/package/engine-options.e2e", "state delete: the stack forgets a living key"],
  "find a key that OpenTofu forgot": [
    "e2e/terraform/configuration.e2e",
    "a removed block that keeps the key makes no call",
  ],
  "rotate a managed key by a trigger": [
    "resources/managed-key/rotate",
    "rotates once for each change of its value, including the first",
  ],
  "rotate a KMS key by a trigger": ["resources/kms-key", "rotates once for each change of its trigger"],
  "align a key with its template": [
    "resources/managed-key/align",
    "the next update aligns a key that the service calls unaligned",
  ],
  "retire a key while runs succeed": ["resources/managed-key/goal", "destroyed: succeeds while it waits"],
  "refuse a change that cuts a key off": [
    "contracts/interfaces/15-changes",
    "sends renames in one update, and refuses",
  ],
  "warn of a lost key": [
    "contracts/interfaces/15-lost-key",
    "each preview and each up of a program that declares a destroyed key warns",
  ],
  "limit an apply to its saved plan": [
    "attacks/05-saved-plan",
    "does not touch a key whose tags changed after the plan",
  ],
  "wait within a run": ["e2e/terraform/within-a-run.e2e", "a destroy waits as long as its timeouts block says"],
  "keep secrets out of states": ["contracts/interfaces/16-secrets-in-state", "no secret is in an output"],
  "write evidence before each step": [
    "contracts/interfaces/14-evidence",
    "takes no step if the evidence file is a folder",
  ],
  "read an object in a program": ["pulumi-dynamic/functions", "returns each resource, and throws if"],
  "find changed evidence": ["cli/certificate", "evidence that was changed, and evidence of two instances"],
  "report each key of a run": ["cli/files", "UKO_REPORT gets a line for each key and run that acted or waited"],
  "notify people of requests": ["examples/notify", "for %s names key, step, requester, times, approver and command"],
  "run in pipelines": [
    "examples/pipelines.e2e",
    "deletes a key: two people at their terminals, and the rest by the schedule",
  ],
  "check policies of the organization": ["examples/policy-pack.e2e", "programs that break no rule pass"],
  "certify a wave": ["cli/certificate-wave", "is certified as a whole, and a missing key is found"],
  "approve in a browser": ["console/browser.e2e", "takes one key of two people from the request to its removal"],
  "approve a wave in a browser": ["console/campaign.e2e", "is approved by a second person, who types the step"],
  "use the Pulumi package in Go": ["sdk/go.e2e", "it compiles, and go vet finds nothing"],
  "use the Pulumi package in Python": ["sdk/python.e2e", "its wheel compiles, and brings types"],
  "use the Pulumi package in TypeScript": [
    "sdk/nodejs.e2e",
    "every TypeScript program of the documentation type-checks",
  ],
  "use the Pulumi package in YAML": ["sdk/yaml.e2e", "the documented program $name can be run"],
  "use CDK constructs": ["sdk/cdk.e2e", "the program of the readme writes a stack"],
  "release executables without Node": ["release/release.e2e", "is taken by Pulumi from a file and from a server"],
  "try three months of deletion on the emulator": [
    "emulator/exported.e2e",
    "the program of the emulator's README starts the emulator of the packed package, and its types are there",
  ],
};

it("names a test for each command", () => {
  const pages = commandLinePages().get("cli.md") ?? "";
  const names = Array.from(pages.matchAll(/<a id="(.+?)"><\/a>/g), ([, id]) => id);
  expect(Object.keys(commands).toSorted()).toEqual(names.toSorted());
});

it("names a test for each resource", () => {
  expect(Object.keys(resources).toSorted()).toEqual(resourceNames.toSorted());
});

it("names a test for each function of programs", () => {
  expect(Object.keys(functions)).toEqual(expect.arrayContaining(Object.keys(programFunctions)));
  expect(Object.keys(functions)).toHaveLength(2 * resourceNames.length + Object.keys(programFunctions).length);
});

const rows = [
  ...Object.entries({ ...commands, ...programFunctions, ...others }),
  ...Object.entries(resources).flatMap(([name, shown]) => acts.map((act) => [`${act} ${name}`, shown[act]] as const)),
];

it.each(rows)("%s: its test exists", (_, [file, title]) => {
  const name = file.endsWith(".txt") ? file : `${file}.test.ts`;
  expect(readFileSync(new URL(name, import.meta.url), "utf8").includes(title), title).toBe(true);
});
