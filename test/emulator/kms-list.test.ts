import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { code, names, reason, stageKms } from "./kms-requests.ts";

const { alice, bob, erin, act, create, world } = stageKms();
const list = (query: string, headers = {}) => erin.kms("GET", `/keys${query}`, undefined, headers);
const listed = async (query: string) => [...names(await list(query))].sort();

describe("M3 and M4 list and count (2.3)", () => {
  beforeEach(async () => {
    await create({ name: "wages", aliases: ["staff"] });
    await world.advance("1d");
    await create({ name: "Wages old", extractable: true });
    const gone = await create({ name: "gone", payload: randomBytes(32).toString("base64") });
    await bob.kms("DELETE", `/keys/${gone.id}`);
    const paused = await create(
      { name: "paused", expirationDate: "2027-01-01T00:00:00Z" },
      { "x-kms-key-ring": "payroll-ring" },
    );
    await act(paused.id, "disable");
  });

  it.each([
    ["", ["Wages old", "paused", "wages"]],
    ["?state=5", ["gone"]],
    ["?state=0,1,2,3,5", ["Wages old", "gone", "paused", "wages"]],
    ["?state=2", ["paused"]],
    ["?extractable=true", ["Wages old"]],
    ["?extractable=false", ["paused", "wages"]],
    ["?search=WAGE", ["Wages old", "wages"]],
    ["?search=wage,", ["Wages old", "wages"]],
    ["?search=exact:wages", ["wages"]],
    ["?search=not:wage", ["paused"]],
    ["?search=not:exact:name:wages", ["Wages old", "paused"]],
    ["?search=staff", ["wages"]],
    ["?search=name:staff", []],
    ["?search=alias:sta", ["wages"]],
    ["?search=escape:exact:wages", []],
    ["?filter=state=5", ["gone"]],
    ["?filter=state=2,5", ["gone", "paused"]],
    ["?filter=imported=true%20state=5", ["gone"]],
    ["?filter=creationDate=lt:2026-11-25", ["wages"]],
    ["?filter=creationDate=gte:2026-11-25T12:00:00Z%20state=1", ["Wages old"]],
    ["?filter=creationDate=2026-11-24", ["wages"]],
    ["?filter=expirationDate=none%20state=1,2", ["Wages old", "wages"]],
    ["?filter=expirationDate=gt:2026-12-01%20expirationDate=lte:2027-01-01", ["paused"]],
    // As IBM's clients send it: Python's key client fills in an empty `state`, Go's filter begins with a blank.
    ["?state=", ["Wages old", "paused", "wages"]],
    ["?state=&filter=state=5", ["gone"]],
    ["?filter=extractable=TRUE", ["Wages old"]],
    ["?filter=%20extractable=False", ["paused", "wages"]],
    ["?filter=expirationDate=NONE", ["Wages old", "wages"]],
  ])("M3 with %j shows %j", async (query, expected) => {
    expect(await listed(query)).toEqual(expected);
  });

  it.each(["", "?state=5", "?state=", "?extractable=true", "?search=wage", "?state=&filter=extractable=TRUE"])(
    "M4 counts what M3 lists with %j",
    async (query) => {
      const response = await erin.kms("HEAD", `/keys${query}`);
      expect([response.status, response.text]).toEqual([200, ""]);
      expect(response.headers.get("key-total")).toBe(String((await listed(query)).length));
    },
  );

  it("M3 pages by element, with the page's own total, and by ID by default (1.5)", async () => {
    const all = (await list("")).body.resources.map(({ id }) => id);
    expect(all).toEqual([...all].sort());
    const page = await list("?limit=2&offset=1");
    expect(page.body.resources.map(({ id }) => id)).toEqual(all.slice(1));
    expect(page.body.metadata).toEqual({ collectionType: "application/vnd.ibm.kms.key+json", collectionTotal: 2 });
  });

  it("M3 sorts by any of its properties, either way", async () => {
    expect(names(await list("?sort=creationDate&limit=1"))).toEqual(["wages"]);
    expect(names(await list("?sort=-creationDate")).at(-1)).toBe("wages");
    expect(names(await list("?sort=-state"))[0]).toBe("paused");
    expect(names(await list("?sort=-extractable"))[0]).toBe("Wages old");
  });

  it("M3 sorts by several properties, the first before the next", async () => {
    expect(names(await list("?sort=extractable,-creationDate"))).toEqual(["paused", "wages", "Wages old"]);
    expect(names(await list("?sort=extractable,creationDate"))).toEqual(["wages", "paused", "Wages old"]);
    expect((await list("?sort=")).body.resources).toEqual((await list("?sort=id")).body.resources);
  });

  it("M3 tells how it read a search", async () => {
    expect((await list("?search=not:exact:alias:Staff")).body.metadata).toMatchObject({
      searchQuery: { query: "Staff", scopes: ["alias"], not: true, exact: true },
      incompleteSearch: false,
    });
  });

  it("M3 looks into the ring of the header only", async () => {
    expect(names(await list("", { "x-kms-key-ring": "payroll-ring" }))).toEqual(["paused"]);
  });

  it.each([
    "?state=4",
    "?state=1,%202",
    "?limit=5001",
    "?limit=0",
    "?offset=-1",
    "?sort=name",
    "?sort=id,",
    "?sort=id,name",
    "?filter=name=x",
    "?filter=state=1&state=1",
    "?filter=state=1%20state=1%20state=1%20state=1",
    "?extractable=yes",
  ])("M3 refuses %j and names the parameter", async (query) => {
    const response = await list(query);
    expect([response.status, code(response), reason(response)?.target?.type]).toEqual([
      400,
      "INVALID_QUERY_PARAM_ERR",
      "query_param",
    ]);
  });

  it("M3 lists backing keys and keys of their own together", async () => {
    await world.keyIn("active");
    expect((await list("")).body.resources).toHaveLength(4);
  });
});

describe("M5 and M6 read one (2.4)", () => {
  it("M5 shows a standard key's material to readers of payloads, M6 to nobody", async () => {
    const { id } = await create({ extractable: true });
    expect((await alice.kms("GET", `/keys/${id}`)).body.resources[0]?.payload).toEqual(expect.any(String));
    expect((await alice.kms("GET", `/keys/${id}/metadata`)).body.resources[0]).not.toHaveProperty("payload");
    expect((await erin.kms("GET", `/keys/${id}`)).status).toBe(401);
    expect((await erin.kms("GET", `/keys/${id}/metadata`)).status).toBe(200);
  });

  it("M5 never shows a root key's material, nor a destroyed key's", async () => {
    const root = await create();
    expect((await bob.kms("GET", `/keys/${root.id}`)).body.resources[0]).not.toHaveProperty("payload");
    const standard = await create({ extractable: true });
    await bob.kms("DELETE", `/keys/${standard.id}`);
    expect((await bob.kms("GET", `/keys/${standard.id}`)).body.resources[0]).not.toHaveProperty("payload");
  });

  it("M6 takes an alias for the id (1.2)", async () => {
    const { id } = await create({ aliases: ["wages"] });
    expect((await erin.kms("GET", "/keys/wages/metadata")).body.resources[0]?.id).toBe(id);
  });
});

describe("M23 versions (2.13)", () => {
  it("M23 lists them newest first, with the grand total where asked", async () => {
    const { id } = await create();
    await act(id, "rotate");
    const response = await erin.kms("GET", `/keys/${id}/versions?limit=1&totalCount=true`);
    expect(response.body.metadata).toEqual({
      collectionType: "application/vnd.ibm.kms.key.version+json",
      collectionTotal: 1,
      totalCount: 2,
    });
    const key = (await bob.kms("GET", `/keys/${id}`)).body.resources[0];
    expect(response.body.resources[0]).toEqual(key?.keyVersion);
  });

  it("M23 shows those of a key that is not active only with allKeyStates, and none of a standard key", async () => {
    const { id } = await create();
    await act(id, "disable");
    expect(code(await erin.kms("GET", `/keys/${id}/versions`))).toBe("KEY_ACTION_INVALID_STATE_ERR");
    expect((await erin.kms("GET", `/keys/${id}/versions?allKeyStates=true`)).body.resources).toHaveLength(1);
    const standard = await create({ extractable: true });
    expect(code(await erin.kms("GET", `/keys/${standard.id}/versions`))).toBe("KEY_ROOT_REQ_ERR");
  });
});
