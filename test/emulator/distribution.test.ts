import { describe, expect, it } from "vitest";
import { awsFrankfurt, change, connect, makeTemplate } from "./container-requests.ts";
import { type Body, stageFreshWorld } from "./harness.ts";

const cards = "7e110000-0000-4000-8000-000000000003";

const world = stageFreshWorld();

const groups = (id: string, ...list: readonly string[]) =>
  change(world.as("bob"), "PATCH", `/api/v4/keystores/${id}`, { groups: list });
const realign = (key: Body, query = "") => world.as("carol").step(key.id, `update_from_template${query}`);
const placesOf = (key: Body): readonly unknown[] =>
  (key.referenced_keystores as readonly Body[]).map((keystore) => keystore.name);
const detailsOf = (key: Body): readonly string[] =>
  key.status_in_keystores.map((status) => status.keystore_sync_flag_detail).toSorted();

describe("K10 aligns a key with its template's group (uko-v4.md 3.6, 4.7)", () => {
  it("K10 installs the key where a keystore joined the group", async () => {
    const key = await world.keyIn("active", "cards");
    await connect(world.as("bob"), "aws_kms", { name: "aws-dublin", groups: ["cards"] });
    expect((await world.as("carol").key(key.id)).body.template).toMatchObject({ alignment_status: "unaligned" });
    const realigned = (await realign(key)).body;
    expect(placesOf(realigned)).toEqual(["aws-frankfurt", "aws-dublin"]);
    expect(realigned.template).toMatchObject({ alignment_status: "aligned" });
    expect(detailsOf(realigned)).toEqual(["active_key_is_active_in_keystore", "active_key_is_active_in_keystore"]);
  });

  it("K10 unlinks it where a keystore left the group by S4; the material stays, and comes back with the group", async () => {
    const key = await world.keyIn("active", "cards");
    expect((await groups(awsFrankfurt, "other")).status).toBe(200);
    expect((await world.as("carol").key(key.id)).body.template).toMatchObject({ alignment_status: "unaligned" });
    const gone = (await realign(key)).body;
    expect([placesOf(gone), detailsOf(gone)]).toEqual([[], ["target_keystore_removed_by_user"]]);
    expect(gone.status_in_keystores[0]).toMatchObject({ status: "not_active", keystore_sync_flag: "ok" });
    expect(gone.template).toMatchObject({ alignment_status: "aligned" });
    await world.control(`keys/${key.id}`, { material: "enabled" });
    expect(detailsOf((await world.as("carol").key(key.id)).body)).toEqual([
      "target_keystore_removed_by_user_contains_an_active_key",
    ]);
    await groups(awsFrankfurt, "cards");
    const back = (await realign(key)).body;
    expect([placesOf(back), back.status_in_keystores[0]?.status]).toEqual([["aws-frankfurt"], "active"]);
  });

  it("K10 moves it where T4 changed the template's group", async () => {
    const key = await world.keyIn("active", "cards");
    await connect(world.as("bob"), "aws_kms", { name: "aws-dublin", groups: ["loans"] });
    await change(world.as("bob"), "PATCH", `/api/v4/templates/${cards}`, { keystores: [{ group: "loans" }] });
    const realigned = (await realign(key)).body;
    expect(placesOf(realigned)).toEqual(["aws-dublin"]);
    expect(detailsOf(realigned)).toEqual(["active_key_is_active_in_keystore", "target_keystore_removed_by_user"]);
  });

  it("K10 with dry_run checks and changes nothing", async () => {
    const key = await world.keyIn("active", "cards");
    await groups(awsFrankfurt, "other");
    const dry = await realign(key, "?dry_run=true");
    expect([dry.status, placesOf(dry.body), dry.headers.get("etag")]).toEqual([200, ["aws-frankfurt"], key.updated_at]);
    expect((await realign(key, "?dry_run=1")).status).toBe(400);
  });

  it("K10 installs a deactivated key switched off, and changes only the references before activation (U21)", async () => {
    const [off, draft] = [await world.keyIn("deactivated", "cards"), await world.keyIn("pre_activation", "cards")];
    await groups(awsFrankfurt, "other");
    await connect(world.as("bob"), "aws_kms", { name: "aws-dublin", groups: ["cards"] });
    expect(placesOf((await realign(off)).body)).toEqual(["aws-dublin"]);
    const moved = (await realign(draft)).body;
    expect([placesOf(moved), detailsOf(moved)]).toEqual([
      ["aws-dublin"],
      ["pre_active_key_is_not_present_in_keystore"],
    ]);
  });

  it("K10 takes over Google's fields that T4 changed; until then the key shows its own", async () => {
    const bob = world.as("bob");
    const google = { type: "google_kms", group: "apps", google_key_protection_level: "software" };
    const template = await makeTemplate(bob, { name: "apps", keystores: [google] });
    const key = (await bob.create({ template_name: "apps" })).body;
    const hsm = { google_key_protection_level: "hsm" };
    await change(bob, "PATCH", `/api/v4/templates/${template.id}`, { keystores: [hsm] });
    expect((await bob.key(key.id)).body.instances).toMatchObject([{ google_key_protection_level: "software" }]);
    expect((await realign(key)).body.instances).toMatchObject([hsm]);
  });

  it("K10 is refused on a destroyed key", async () => {
    expect((await realign(await world.keyIn("destroyed", "cards"))).status).toBe(409);
  });
});
