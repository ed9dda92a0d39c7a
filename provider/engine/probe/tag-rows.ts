/**
 * Lists the probes of a new key that is not active: its creation, its tags, its description, and what lists and reads
 * then show of it (uko-v4.md 2.5, U9). A probe is a set of requests by which `uko probe` compares a real service with
 * the emulator.
 */

import { at, own, type ProbeRow, pick, textAt, withEtag } from "./row.ts";

/** In the form of a consent record at the end of a description, with a word that uko does not take for one. */
const ending = "Created by uko probe, can be deleted\n[probe {mark}]";

// biome-ignore format: a row in few lines
export const tagRows = [
  { id: "key.create", answers: "K2", step: "create",
    expects: "A creation is 201 with the ETag and the location of the key, in the state of its template.",
    send: [own],
    holds: (responses) => {
      const [made, read] = [responses.at(-2), responses.at(-1)];
      return (
        made?.status === 201 &&
        made.headers.etag === read?.headers.etag &&
        textAt(made, "state") === "pre_activation" &&
        made.headers.location?.endsWith(`/managed_keys/${textAt(made, "id")}`) === true
      );
    } },
  { id: "tags.create", answers: "U9", expects: "The tags of a creation are kept.",
    send: [own], holds: ([read], { mark }) => textAt(read, "tags.0.value").startsWith(`creation ${mark}`) },
  { id: "tags.change", answers: "U9",
    expects: "A change replaces the list of tags, also by a tag with 1,000 characters.",
    send: [
      own,
      ["PATCH uko /managed_keys/{own}", { ...withEtag, body: { tags: [{ name: "probe", value: "change {long}" }] } }],
      own,
    ],
    holds: ([, , read], { long }) =>
      JSON.stringify(at(read, "tags")) === JSON.stringify([{ name: "probe", value: `change ${long}` }]) },
  { id: "description.change", answers: "description", expects: "A description keeps its line breaks.",
    send: [own, ["PATCH uko /managed_keys/{own}", { ...withEtag, body: { description: ending } }], own],
    holds: ([, , read], { mark = "" }) => textAt(read, "description") === ending.replace("{mark}", mark) },
  { id: "label.twice", answers: "U10", expects: "A second key with the same label in the vault is 409.",
    send: [
      [
        "POST uko /managed_keys",
        { body: { template_name: "{ownTemplate}", vault: { id: "{vault}" }, label: "{ownLabel}" } },
      ],
    ],
    holds: ([response]) => response?.status === 409 },
  { id: "list.current", answers: "U36", expects: "A list shows a new key at once, by a part of its label.",
    send: ["GET uko /managed_keys?label={mark}"],
    holds: ([response], { own: id }) => pick(response, "managed_keys.*.id").includes(id) },
  { id: "key.unused", answers: "K13", expects: "No resource uses a new key.",
    send: ["GET uko /managed_keys/{own}/associated_resources"],
    holds: ([response]) => at(response, "total_count") === 0 },
  { id: "key.first-version", answers: "K14", expects: "A new key has one version, and it is version 1.",
    send: ["GET uko /managed_keys/{own}/versions"],
    holds: ([response]) => at(response, "total_count") === 1 && at(response, "managed_keys.0.version") === 1 },
  { id: "key.repository", answers: "U28",
    expects: "The material of a key that was never active is in the repository only.",
    send: [own], holds: ([read]) => JSON.stringify(at(read, "key_material_present")) === '["repository"]' },
  { id: "key.realign-draft", answers: "U21",
    expects: "A dry run of a realignment of such a key is 200 and leaves the ETag.",
    send: [own, ["POST uko /managed_keys/{own}/update_from_template?dry_run=true", withEtag], own],
    holds: ([before, dry, after]) => dry?.status === 200 && before?.headers.etag === after?.headers.etag },
] as const satisfies readonly ProbeRow[];
