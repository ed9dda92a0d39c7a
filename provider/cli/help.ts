/**
 * Defines the texts of `--help` that are not in the commands themselves, and the group and the line of each command in
 * the list of commands.
 */

import { exitCodes, mostSevereFirst } from "../errors.ts";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const key = `${vaultId}/9b2d0000-0000-4000-8000-000000000002`;
const kmsKey = "kms/0f8c3c6e-52a1-4c5e-9a3e-3c1f0a7f2b11";

const exitCodeLines = Object.entries(exitCodes).map(([code, says]) => `  ${code.padEnd(4)}${says}`);

const keysHelp = `
Name a key by <vaultId>/<keyId>, two UUIDs, or by <vault>/<label>, a label, the ID of its request, or the start of an ID
(4 characters or more). A command that changes something accepts a name only at a terminal, where it shows the key and
asks. uko ls lists names and IDs. Several keys are processed in the given order.
The name of a KMS key outside UKO is kms/<keyId>. uko request opens its deletion window, and uko approve destroys it.`;

const stepsHelp = `
How two people delete a key:
  uko request           Bob requests the deactivation; pulumi destroy and tofu destroy do it, too
  uko approve           Alice approves: the key is deactivated
  uko request           Bob requests the destruction
  uko approve --store   Alice stores her approval for Bob's next run: the destruction requires Bob's role
  uko continue          more than 4 hours later, Bob destroys the key; a destroy of the engine does it, too
  uko continue          after the pending period of its keystores, Bob removes the key in the same way`;

const outputHelp = `
Exit codes:
${exitCodeLines.join("\n")}
  With several keys, the most severe one counts: ${mostSevereFirst.join(", ")}.

With --json, each key and each error is one line of JSON on standard output. An error has the form
{"v":1,"error":{"code":…}}.`;

/** What the topics say, for the pages that contain all of it. */
export const generalHelp = `${[keysHelp, stepsHelp, outputHelp].join("\n")}

uko help environment lists the variables that uko reads, and uko explain CODE says what a code in brackets means.`;

/** What follows it where no instance is set, as on the first day. */
export const firstTimeHelp = `
First time?
  uko emulator   start a service to try everything without an account; it prints the variables to export
  uko login      set UKO_INSTANCE_ID and UKO_REGION, then log in to your own instance with a one-time code
  Then play both people: provider/docs/tutorials/two-people.md of this package.`;

/** What follows the list of commands. */
export const rootHelp = `
uko help tells more about steps (how two people delete a key), keys (how to name one), output (exit codes and JSON) and
environment (variables). uko explain CODE says what a code in brackets means.`;

/** Each variable of the environment that uko reads as a setting. The pages about settings have the same words. */
export const variables = {
  UKO_INSTANCE_ID: "UUID of the instance, or the CRN of an instance of Key Protect",
  UKO_REGION: "region of the instance, such as `eu-de`; the CRN of Key Protect contains it",
  UKO_API_KEY: "your own API key; the run acts as its identity",
  UKO_API_KEY_FILE: "file with your API key, instead of the key itself; only you may have access to the file",
  UKO_TOKEN: "IAM access token instead of an API key",
  UKO_ENDPOINT: "address of the service",
  UKO_KMS_ENDPOINT: "address of the service's KMS",
  UKO_IAM_ENDPOINT: "address of IAM",
  UKO_DUAL_AUTHORIZATION: "`required`: two people for every key, whatever the key says",
  UKO_STRICT_READS: "`true`: a refresh fails if it cannot read a resource",
  UKO_ALLOWED_HOSTS: "more hosts that may receive the credential, comma-separated, as `host` or `host:port`",
  UKO_WAIT: "how long each deletion may wait for people and time, such as `5h`; not in the dynamic provider",
  UKO_EVIDENCE: "file that gets a line of JSON before and after each step; `log`: the log of the run instead",
  UKO_REPORT: "file that gets a line of JSON for each resource and run",
  HTTPS_PROXY: "address of a proxy, which may contain a password",
  NO_PROXY: "hosts to reach without the proxy",
  UKO_SIGN_PASSPHRASE_FILE: "file with the passphrase of an encrypted `--sign-key` of `uko certificate`",
  CI: "set by pipelines: a run then requires `UKO_EVIDENCE`, and warns before it locks the state for more than 15 minutes",
} as const;

const variableLines = Object.entries(variables).map(
  ([name, says]) => `  ${name.padEnd(24)}  ${says.replaceAll("`", "")}`,
);

export const helpTopics = {
  steps: stepsHelp.trim(),
  keys: keysHelp.trim(),
  output: outputHelp.trim(),
  environment: `uko reads these variables of the environment. The engines read the same ones.\n\n${variableLines.join("\n")}`,
} as const;

const doctorHelp = `
uko infers your permissions from which list calls succeed. It never tries a destructive call. It sees whether the
service stores tags on keys that have some; otherwise the first request finds out, before anything is deactivated.
Exits with 1 if a check fails, otherwise with 0.`;

const probeHelp = `
uko sends GET and HEAD only. It first says how many requests it sends, and which of them a security team will see.
The result is a recording, in which names, IDs, hosts, people, accounts and times are replaced. Read it before you send
it. A refuted probe is a result, and not an error.
--check also reads the recording of a deletion, which request, approve, continue, status, hold, withdraw, reactivate and
sync append to with --record.`;

const consoleHelp = `
The console listens on this machine only, on a free port, and accepts connections only from your own user (on Linux; on
other systems, the code alone protects it). The address holds no secret. The first page asks for the code that your
terminal shows. A browser session ends after 15 minutes without activity, after 8 hours, or when you log out; the
terminal then shows a new code. The pages act as the identity of your credential, and call the same operations as the
commands.
With --campaign, a run over many keys goes on if the page is closed; Ctrl-C stops it after the calls in progress.`;

const certificateHelp = `
A certificate lists keys with their outcome, who requested, approved and executed each step, and what it does not prove.
It is an in-toto statement in a DSSE envelope. uko certificate verify works offline. It proves who signed the certificate,
and with --evidence that the certificate follows from the evidence files.

The people who took the steps wrote the evidence. So the evidence alone only states who requested, approved and executed a
step. An audit event of the account shows that this person wrote to this key at this time. Export the events yourself, and
pass them with --activity-tracker. An event shows a request only if no other person wrote to the key in the minute before,
because that person could have written the request in the requester's name.

Where a machine demands signed consents, the evidence has the signatures of both people on each destruction. Pass a list of
their SSH keys with --allowed-signers, which you got apart from the certificate. With --signed, the check fails if one is
missing.

--two-people counts the people behind the steps. It fails if one person requested and approved a step, if a step was taken
under single, if a step is missing, or if a requester or approver is only stated. So it needs --activity-tracker, and it
fails for KMS keys, because KMS does not name the requester.

--require counts the people who signed the certificate. A signer who took no step is a witness of the statement, and of the
endpoint in it. An emulator never counts as IBM's service.

Sign with Ed25519 or ECDSA P-256: openssl genpkey -algorithm ed25519 -aes-256-cbc -out alice.key, and
openssl pkey -in alice.key -pubout -out alice.pem. --trust IBMid-550000ALICE=alice.pem says whose key it is. A trust file
has the form {"version":1,"persons":[{"iamId":…,"name":…,"keys":["-----BEGIN PUBLIC KEY…"]}]}.`;

const loginHelp = `
uko prints the address of IBM's page for one-time codes, opens it in a browser if there is one, and reads the code at the
terminal. Tokens stay in the memory of this process, which renews the access token for the commands of the session. Nothing
is stored. A session ignores UKO_API_KEY, UKO_API_KEY_FILE and UKO_TOKEN.

A program other than uko needs --expose-token, because a token in an environment reaches every plugin and hook that the
program starts. The program gets only the access token, which is valid for one hour at most and is not renewed.`;

const installHelp = `
The default is ~/.local/share/terraform/plugins (XDG_DATA_HOME changes it), on macOS
~/Library/Application Support/io.terraform/plugins, on Windows %APPDATA%\\terraform.d\\plugins. Both engines search
this folder unless one of their configuration files has a provider_installation; uko install then prints a note.
The provider of this package is a script that needs Node 22.19 or newer on PATH. Windows cannot start such scripts.
The zip of a release contains an executable that does not need Node, on any system.`;

const campaignHelp = `
The folder only proposes and narrows; it never grants a right. It contains campaign.yaml, which people write, and the
folders manifest, evidence and requests, which uko writes. Keep the folder in git.

uko campaign next does the work. It lists what you can do now and what waits for others, and does what you choose.
One person requests a step of a wave. Another person sees every key and approves: next takes the step on a few keys, and
on the rest after another confirmation. It also removes destroyed keys, and continues a stopped wave for a reason.

Exit codes of uko campaign: 0 done; 10 waits for another person; 11 waits for time; 12 stopped, blocked or closed: a
person has to act; 13 a part could not be read; 14 a key is late (plan, and status --live).

The guide is provider/docs/how-to/campaigns.md of this package.`;

/** Examples per command; each can be pasted, with your own key and record. */
export const examples = {
  ls: [
    ["the vaults that you can read", "uko ls"],
    ["the keystores, templates and keys of a vault", "uko ls payments"],
    ["the keys that wait for a second person, in every vault", "uko ls --state pending_approval"],
    ["the holds of all keys, for a nightly comparison", "uko ls --held --json"],
    ["the keys that no program declares, such as after tofu state rm", "uko ls --undeclared state.json other.json"],
  ],
  status: [
    ["the state of the key, and what its deletion waits for", `uko status ${key}`],
    ["a KMS key", `uko status ${kmsKey}`],
  ],
  plan: [["all steps to delete the key, with dates and roles", `uko plan ${key}`]],
  request: [
    ["request the deletion", `uko request ${key}`],
    ["tell the second person why", `uko request ${key} --reason "Payroll moved to the new ledger"`],
    ["set a KMS key for deletion", `uko request ${kmsKey}`],
    ["the same where signatures are demanded", `uko request ${kmsKey} --out requests.jsonl`],
  ],
  approve: [
    ["list what you can approve, and choose", "uko approve"],
    ["approve a request and take its step", "uko approve payroll"],
    [
      "approve every deactivation that Bob requested in a vault",
      "uko approve --vault payments --requested-by 'Bob Example' --step deactivate",
    ],
    ["let the requester's next run take the step", "uko approve payroll --store"],
    ["destroy a KMS key that another person set for deletion", `uko approve ${kmsKey}`],
    ["destroy the KMS keys of a signed request", "uko approve --request requests.jsonl"],
  ],
  continue: [
    ["take the step that another person approved for you", `uko continue ${key}`],
    ["wait until another person approves", `uko continue ${key} --wait 5h`],
    ["after the keystores have deleted the key", `uko continue ${key}`],
    ["remove every such key of a vault, also in a pipeline", `uko continue --vault ${vaultId} --step remove`],
  ],
  withdraw: [
    ["withdraw your request or approval", `uko withdraw ${key}`],
    ["decline the request of another person", `uko decline ${key} --reason "Still in use"`],
    ["close the deletion window of a KMS key", `uko withdraw ${kmsKey}`],
  ],
  hold: [
    ["let no run take a step on a key", `uko hold ${key} --kind legal --ticket L-7`],
    ["end the hold", `uko hold ${key} --release --reason "Case closed"`],
  ],
  reactivate: [["end the outage and withdraw any request", `uko reactivate ${key}`]],
  explain: [
    ["what a code means and what to do", "uko explain UKO_APPROVAL_PENDING"],
    ["all codes with their exit codes", "uko explain"],
  ],
  sync: [["synchronize the keystores", `uko sync ${key}`]],
  requests: [
    ["everything that waits, in every vault", "uko requests"],
    ["the same, with the next commands for each key", "uko requests --long"],
    ["your own requests that expire within two days", "uko requests --mine --expiring 48h"],
    ["one vault, for a pipeline", `uko requests --vault ${vaultId} --json`],
  ],
  campaign: [
    [
      "the first time, a draft of campaign.yaml; later the dates of every wave, late keys first, and what changed",
      "uko campaign plan --folder retire-2027",
    ],
    ["the lead writes the manifest", "uko campaign plan --write --folder retire-2027"],
    ["list what you can do now, and do what you choose", "uko campaign next --folder retire-2027"],
    ["who and what each wave waits for", "uko campaign status --folder retire-2027"],
    ["what happened to a key, and how to undo it", "uko campaign status cards-2024 --folder retire-2027"],
    ["for a nightly pipeline", "uko campaign status --live --json --folder retire-2027"],
    ["withdraw every request of a wave", "uko campaign halt pilot --folder retire-2027"],
    ["undo an outage", "uko campaign rollback pilot --folder retire-2027"],
    ["undo it for one key", "uko campaign rollback cards-2024 --folder retire-2027"],
  ],
  audit: [
    ["every step in the evidence of the instance", "uko audit"],
    ["who destroyed what this year", "uko audit --file evidence.jsonl --step destroy --since 2026-01-01"],
    ["one key, as JSON", `uko audit ${key} --file evidence.jsonl --json`],
    [
      "who changed keys with another tool, by the audit events of the account",
      "uko audit --activity-tracker events.json",
    ],
    ["check that the file is as the runs wrote it", "uko audit --verify --file evidence.jsonl"],
  ],
  certificate: [
    [
      "create and sign a certificate",
      "uko certificate create --evidence evidence.jsonl --sign-key alice.key --out c.json",
    ],
    ["check it", "uko certificate verify c.json --trust alice.pem --evidence evidence.jsonl"],
    [
      "check that two people are behind each step, by the audit events of the account",
      "uko certificate verify c.json --trust alice.pem --activity-tracker events.json --two-people",
    ],
    ["a page to print", "uko certificate show c.json --html c.html"],
    ["add a second signature", "uko certificate sign c.json --sign-key bob.key"],
  ],
  import: [
    ["a program for an existing vault", `uko import --vault ${vaultId} --out payments`],
    ["the same for OpenTofu", `uko import --vault ${vaultId} --format tofu --out payments`],
  ],
  install: [
    ["for both engines, without configuration", "uko install terraform"],
    ["the same, with the name of OpenTofu", "uko install tofu"],
    [
      "an executable that does not need Node",
      "uko install terraform --from terraform-provider-uko_0.1.0_linux_amd64.zip",
    ],
    ["undo it", "uko install terraform --remove"],
  ],
  login: [
    ["a session: type commands until exit", "uko login"],
    ["one command", "uko login -- status payments/payroll"],
    ["an engine, which gets your access token for an hour", "uko login --expose-token -- pulumi destroy"],
  ],
  whoami: [["who you are, and what you can list", "uko whoami"]],
  doctor: [["check that you can run uko", "uko doctor"]],
  probe: [
    ["compare the service with the emulator", "uko probe"],
    ["say what the recording of a deletion shows", "uko probe --check deletion.jsonl"],
  ],
  console: [
    ["pages for your own browser", "uko console"],
    ["with the pages of a campaign", "uko console --campaign retire-2027"],
  ],
  emulator: [
    ["the demo data: Alice, Bob, Carol and two keystores", "uko emulator"],
    ["other data, another port", "uko emulator --seed world.json --port 7700"],
    ["5,000 keys to try a campaign on", "uko emulator --generate keys=5000,vaults=12,kms=600,blocked=40"],
    ["continue from a snapshot", "uko emulator --seed snapshot.json"],
    ["HTTPS, for clients that require it", "uko emulator --tls --ca-file ca.pem"],
    ["a service that drops tags", "uko emulator --profile tags-dropped"],
    ["31 days later, from another terminal", "uko emulator advance 31d"],
  ],
  completion: [
    ["in this bash", "source <(uko completion bash)"],
    ["in every zsh", "uko completion zsh > ~/.zfunc/_uko"],
    ["in this fish", "uko completion fish | source"],
  ],
} as const satisfies Record<string, readonly (readonly [what: string, command: string])[]>;

export type CommandName = keyof typeof examples;

/** The group of each command in the list of commands, which has the order of this table, and its line there. */
export const listed = {
  ls: ["Inspect", "List vaults, or what a vault contains"],
  status: ["Inspect", "Show the state of keys and what their deletion waits for"],
  plan: ["Inspect", "Show all steps to delete a key, with effects, dates and roles"],
  requests: ["Inspect", "List what waits for a person or a time"],
  audit: ["Inspect", "Show who requested, approved and executed each step"],
  certificate: ["Inspect", "Create, sign, check and show certificates of deleted keys"],
  explain: ["Inspect", "Explain a code that a message ends with"],
  request: ["Delete", "Request the next step of a deletion"],
  approve: ["Delete", "Approve what another person requested, and take the step"],
  continue: ["Delete", "Take the steps that are possible now; approves nothing"],
  console: ["Delete", "Request and approve in a browser"],
  sync: ["Delete", "Synchronize the keystores with the state of a key"],
  withdraw: ["Undo", "Withdraw a request or an approval"],
  reactivate: ["Undo", "Make a deactivated key active again"],
  hold: ["Undo", "Keep a key from deactivation and destruction until the hold ends"],
  campaign: ["Fleet", "Retire many keys by a date, wave by wave"],
  import: ["Fleet", "Write a program that adopts a vault with its keys"],
  login: ["Set up", "Log in with a one-time code, and run commands as yourself"],
  whoami: ["Set up", "Show who you are for the service, and what you can list"],
  doctor: ["Set up", "Check the endpoint, identity, permissions and clock"],
  probe: ["Set up", "Record what the service does that its documents do not say"],
  install: ["Set up", "Install the provider for OpenTofu and Terraform"],
  emulator: ["Set up", "Start a local emulator of the service"],
  completion: ["Set up", "Print a script that completes commands in your shell"],
  help: ["Set up", "Show help for a command or a topic"],
} as const satisfies Record<
  CommandName | "help",
  readonly ["Inspect" | "Delete" | "Undo" | "Fleet" | "Set up", string]
>;

export const helpProse: Readonly<Partial<Record<CommandName, string>>> = {
  campaign: campaignHelp,
  certificate: certificateHelp,
  console: consoleHelp,
  doctor: doctorHelp,
  install: installHelp,
  login: loginHelp,
  probe: probeHelp,
};
