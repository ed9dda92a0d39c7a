/**
 * Lists the probes of the filters of keys, and of what one key shows (uko-v4.md 2.3, 3.2-3.4, 3.13). A probe is a set
 * of requests by which `uko probe` compares a real service with the emulator.
 */

import { at, isSorted, type ProbeRow, pick, refusedFor, statuses, textAt } from "./row.ts";

const isEmpty: ProbeRow["holds"] = ([response]) => response?.status === 200 && at(response, "total_count") === 0;
const secondsForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

// biome-ignore format: a row in few lines
export const filterRows = [
  { id: "filter.unknown", answers: "U33", expects: "An unknown parameter is ignored.",
    send: ["GET uko /managed_keys?limit=1", "GET uko /managed_keys?limit=1&uko_probe=1"],
    holds: ([plain, filtered]) => filtered?.status === 200 && at(plain, "total_count") === at(filtered, "total_count") },
  ...(
    [
      ["state", "nothing"],
      ["algorithm", "nothing"],
      ["size", "x"],
      ["template.alignment_status", "nothing"],
      ["key_material_present", "nothing"],
    ] as const
  ).map(([name, value]) => ({
    id: `filter.${name}`,
    answers: "K1",
    expects: `${name}=${value} is 400 with the parameter.`,
    send: [`GET uko /managed_keys?${name}=${value}`] as const,
    holds: refusedFor(400, name),
  })),
  { id: "filter.day", answers: "days", expects: "A day that does not exist is 400 with the parameter.",
    send: ["GET uko /managed_keys?created_at=2026-02-31"], holds: refusedFor(400, "created_at") },
  { id: "filter.exclusive", answers: "K1", expects: "An exact date together with a bound is 400.",
    send: ["GET uko /managed_keys?created_at=2026-01-01&created_at_min=2026-01-01"],
    holds: refusedFor(400, "created_at_min") },
  { id: "filter.label", answers: "U36", expects: "`label` matches a part of the label.",
    send: ["GET uko /managed_keys?label={labelPart}&limit=1000"],
    holds: ([response], { key }) => pick(response, "managed_keys.*.id").includes(key) },
  { id: "filter.label-case", answers: "U36", expects: "`label` distinguishes upper and lower case.",
    send: ["GET uko /managed_keys?label={labelOtherCase}&limit=1000"],
    holds: ([response], { key }) => response?.status === 200 && !pick(response, "managed_keys.*.id").includes(key) },
  { id: "filter.template-prefix", answers: "K1", expects: "`template.name` matches the beginning of the name.",
    send: ["GET uko /managed_keys?template.name={templatePart}&limit=1000"],
    holds: ([response], { key }) => pick(response, "managed_keys.*.id").includes(key) },
  { id: "filter.vault-unknown", answers: "K1", expects: "An unknown vault has an empty list.",
    send: ["GET uko /managed_keys?vault.id={unknown}"], holds: isEmpty },
  { id: "filter.vault", answers: "K1", expects: "`vault.id` lists the keys of this vault only.",
    send: ["GET uko /managed_keys?vault.id={vault}&limit=20"],
    holds: ([response], { vault }) =>
      response?.status === 200 && pick(response, "managed_keys.*.vault.id").every((id) => id === vault) },
  { id: "key.etag", answers: "K3", expects: "The ETag of a key is `updated_at`, without quotes, to the second.",
    send: ["GET uko /managed_keys/{key}"],
    holds: ([response]) =>
      response?.headers.etag === textAt(response, "updated_at") && secondsForm.test(response?.headers.etag ?? "") },
  { id: "key.writer", answers: "last-writer", expects: "`updated_by` is an IAM ID.",
    send: ["GET uko /managed_keys/{key}"],
    holds: ([response]) => /^(IBMid|iam|crn)-/.test(textAt(response, "updated_by")) },
  { id: "key.material", answers: "U28",
    expects: "`key_material_present` of an active key names the repository and the keystores.",
    send: ["GET uko /managed_keys/{key}"],
    holds: ([response]) => {
      if (at(response, "state") !== "active") return "no active key is visible";
      const found = pick(response, "key_material_present.*");
      return found.includes("repository") && found.includes("keystores");
    } },
  { id: "key.alignment", answers: "alignment", expects: "`alignment_status` is aligned or unaligned.",
    send: ["GET uko /managed_keys/{key}"],
    holds: ([response]) => ["aligned", "unaligned"].includes(textAt(response, "template.alignment_status")) },
  { id: "key.live-status", answers: "K12", expects: "The live status has an entry for each keystore of the key.",
    send: ["GET uko /managed_keys/{key}", "GET uko /managed_keys/{key}/status_in_keystores"],
    holds: ([key, live]) =>
      live?.status === 200 &&
      pick(live, "status_in_keystores.*").length === pick(key, "referenced_keystores.*").length },
  { id: "key.stored-status", answers: "stored-status", expects: "The statuses of a plain GET are the live ones.",
    send: ["GET uko /managed_keys/{key}", "GET uko /managed_keys/{key}/status_in_keystores"],
    holds: ([key, live]) =>
      live?.status === 200 &&
      JSON.stringify(at(key, "status_in_keystores")) === JSON.stringify(at(live, "status_in_keystores")) },
  { id: "key.uses", answers: "K13", expects: "The resources that use a key are a list.",
    send: ["GET uko /managed_keys/{key}/associated_resources"],
    holds: ([response]) => typeof at(response, "total_count") === "number" },
  { id: "key.versions", answers: "K14", expects: "Versions come with the newest first.",
    send: ["GET uko /managed_keys/{key}/versions"],
    holds: ([response]) => isSorted(pick(response, "managed_keys.*.version"), "down") },
  { id: "key.version-id", answers: "U11", expects: "The current version has the ID of the key.",
    send: ["GET uko /managed_keys/{key}/versions"],
    holds: ([response], { key }) => at(response, "managed_keys.0.id") === key },
  { id: "key.vault-header", answers: "U31", expects: "UKO-Vault is not needed; another vault than the key's is 404.",
    send: ["GET uko /managed_keys/{key}", ["GET uko /managed_keys/{key}", { headers: { "uko-vault": "{unknown}" } }]],
    holds: statuses(200, 404) },
] as const satisfies readonly ProbeRow[];
