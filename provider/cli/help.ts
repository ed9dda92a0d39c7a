/** The texts of `--help` in addition to the commands' own descriptions. */

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const key = `${vaultId}/9b2d0000-0000-4000-8000-000000000002`;
const kmsKey = "kms/0f8c3c6e-52a1-4c5e-9a3e-3c1f0a7f2b11";
const window = "0f8c3c6e-52a1-4c5e-9a3e-3c1f0a7f2b11@2026-12-01T14:22:00Z";
const recordId = "7f3a2c91d04be6f8a13c5e7092b4d6f8";
const otherKey = `${vaultId}/9b2d0000-0000-4000-8000-000000000003`;
const otherRecordId = "1c9e44d07b2a58f36e10d9a4c7835b2f";

export const generalHelp = `
A key is named in full by <vaultId>/<keyId>, two UUIDs; where several are taken they are handled in order.
A key of KMS itself is kms/<keyId>: uko request sets it for deletion, uko continue destroys it naming that window.

How a key ends, with two people behind it:
  uko request    Bob asks for the key's deactivation
  uko continue   Alice names his request: the key is deactivated, and her request to destroy it is on file
  uko continue   after more than 4 hours Bob names her request: the key is destroyed
  uko continue   after the keystores' pending period a Vault Administrator removes the record

Environment:
  UKO_INSTANCE_ID         the instance of Unified Key Orchestrator (UUID)
  UKO_REGION              its region, such as eu-de; the endpoints are then asked of the broker
  UKO_ENDPOINT            the instance's endpoint, instead of asking
  UKO_KMS_ENDPOINT        the endpoint of its KMS API, instead of asking
  UKO_IAM_ENDPOINT        IBM Cloud IAM unless set
  UKO_API_KEY             your own IBM Cloud API key; you act as whoever it belongs to
  UKO_TOKEN               an IAM access token, instead of an API key
  UKO_ALLOWED_HOSTS       further hosts that may receive the credential
  UKO_DUAL_AUTHORIZATION  required: two people, whatever code says (an engine's runs, and the probe of uko doctor)
  UKO_CONSENT             as --consent of uko continue
  UKO_WAIT                as --wait of uko continue
  UKO_EVIDENCE            a file that gets a line of JSON for each step taken
  UKO_REPORT              a file that gets a line of JSON for each key that a run acted on
  HTTPS_PROXY, NO_PROXY   a proxy to go through, and the hosts to reach without it

Exit codes:
  0 done   1 fault   10 waits for a person   11 waits for time   12 blocked   13 a right is missing
  With several keys the most severe counts: 1, 13, 12, 10, 11, 0.

With --json each key is one line of JSON on standard output, a fault likewise: {"v":1,"error":{"code":…}}.`;

export const doctorHelp = `
Rights are told by which lists succeed; no consequential call is ever tried. Whether the service keeps tags is seen
on keys that carry some, and else by the first consent record, before anything is cut off.
With --probe-tags it is tried on a key of its own: made from a template whose keys begin as pre_activation, named
"uko probe" and eight digits, never activated, and in the same run destroyed (Key Custodian - Creator) and removed
(Vault Administrator). No other key is touched. Where UKO_DUAL_AUTHORIZATION=required, or the template's keys are
active at once, no key is made. Where the run cannot end its key, it says which one is left and what ends it.
With --state it checks a state instead: a person who can edit a Pulumi state can run code as the next person who uses the state.
Export one with pulumi stack export, tofu show -json or terraform show -json, or name a state file. It reads the service only
for keys that the state lets one person delete, and needs a credential only for them.
Exits with 1 where a check fails, otherwise with 0.`;

export const installHelp = `
Without --mirror it goes to ~/.local/share/terraform/plugins (XDG_DATA_HOME moves it), on macOS to
~/Library/Application Support/io.terraform/plugins, on Windows to %APPDATA%\\terraform.d\\plugins: there both engines
look unless a configuration file of theirs has a provider_installation; uko install says so then.
This package's own provider is a script that needs Node 22.19 or newer on PATH. Windows starts no such scripts;
a zip of a release holds an executable that needs no Node, on any system.`;

/** Examples per command; each can be pasted, with your own key and record. */
export const examples = {
  status: [
    ["what the key is, and what its end waits for", `uko status ${key}`],
    ["a key of KMS itself", `uko status ${kmsKey}`],
  ],
  plan: [["the whole way to the end of the key, with dates and roles", `uko plan ${key}`]],
  request: [
    ["ask for the key's end", `uko request ${key}`],
    ["tell the second person why", `uko request ${key} --reason "Payroll moved to the new ledger"`],
    ["set a key of KMS itself for deletion", `uko request ${kmsKey}`],
  ],
  consent: [
    ["let the author of a request act on it", `uko consent ${key} ${recordId}`],
    ["approve several requests", `uko consent ${key} ${recordId} ${otherKey} ${otherRecordId}`],
  ],
  continue: [
    ["consent to a request by naming it, and take its step", `uko continue ${key} --consent ${recordId}`],
    ["stay until the cool-down is over", `uko continue ${key} --consent ${recordId} --wait 5h`],
    ["once the keystores let go of the key", `uko continue ${key}`],
    ["destroy a key of KMS itself that somebody else set for deletion", `uko continue ${kmsKey} --consent ${window}`],
  ],
  loosen: [
    ["ask another person to let one person delete the key", `uko loosen ${key} --to single`],
    ["approve the request, and loosen the key", `uko loosen ${key} --to single --consent ${recordId}`],
  ],
  withdraw: [
    ["take back a request or a consent", `uko withdraw ${key}`],
    ["take back the deletion window of a key of KMS itself", `uko withdraw ${kmsKey}`],
  ],
  reactivate: [["end the outage and take back what is on file", `uko reactivate ${key}`]],
  sync: [["have the service bring the keystores in line", `uko sync ${key}`]],
  requests: [
    ["what waits for whom, in every vault", "uko requests"],
    ["one vault, for a pipeline", `uko requests --vault ${vaultId} --json`],
  ],
  sweep: [
    ["show which records could be removed, and ask", "uko sweep"],
    ["remove them from one vault, in a pipeline", `uko sweep --vault ${vaultId} --yes`],
  ],
  audit: [
    ["everything that UKO_EVIDENCE tells", "uko audit"],
    ["who destroyed what this year", "uko audit --file evidence.jsonl --step destroy --since 2026-01-01"],
    ["one key, for a machine", `uko audit ${key} --file evidence.jsonl --json`],
  ],
  import: [
    ["a program for a vault that was made by hand", `uko import --vault ${vaultId} --out payments`],
    ["the same for OpenTofu", `uko import --vault ${vaultId} --format tofu --out payments`],
  ],
  install: [
    ["for both engines, with no configuration of theirs", "uko install terraform"],
    ["the same by OpenTofu's name", "uko install tofu"],
    ["an executable that needs no Node", "uko install terraform --from terraform-provider-uko_0.1.0_linux_amd64.zip"],
    ["what to put into ~/.tofurc or ~/.terraformrc instead", "uko install terraform --print"],
    ["undo it", "uko install terraform --remove"],
  ],
  doctor: [
    ["is everything in place for a run as me", "uko doctor"],
    [
      "does the service keep what a consent record needs",
      `uko doctor --probe-tags --vault ${vaultId} --template payroll-draft`,
    ],
    ["check whether someone edited the state of this stack", "pulumi stack export | uko doctor --state -"],
  ],
  emulator: [
    ["the demo world: Alice, Bob, Carol and two keystores", "uko emulator"],
    ["another world, another port", "uko emulator --seed world.json --port 7700"],
    ["a world that outlives the process", "uko emulator --file uko.db"],
    ["HTTPS, for clients that insist", "uko emulator --tls --ca-file ca.pem"],
    ["a service that drops tags", "uko emulator --profile tags-dropped"],
  ],
  completion: [
    ["for this bash", "source <(uko completion bash)"],
    ["for every zsh", "uko completion zsh > ~/.zfunc/_uko"],
    ["for this fish", "uko completion fish | source"],
  ],
} as const satisfies Record<string, readonly (readonly [what: string, command: string])[]>;

export type CommandName = keyof typeof examples;

export function exampleHelp(name: CommandName): string {
  const shown = examples[name].map(([what, command]) => `  # ${what}\n  ${command}`);
  return `\n${shown.length === 1 ? "Example" : "Examples"}:\n${shown.join("\n")}`;
}
