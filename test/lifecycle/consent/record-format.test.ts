/**
 * The stored texts, byte by byte: a release that writes or reads others would invalidate every deletion in
 * progress.
 */

import { expect, test } from "vitest";
import { patchWithMarker } from "../../../provider/lifecycle/consent/record-locations.ts";
import {
  bodyJson,
  decodeCompact,
  decodeTagValue,
  encodeCompact,
  encodeTagValue,
  requestStatement,
} from "../../../provider/lifecycle/consent/record-text.ts";
import { aDraft, alice, bob, sha256, someFacts } from "../../support/builders.ts";

const { keyId } = someFacts();
const digest = "0123456789abcdef0123456789abcdef";
const writtenAtMs = Date.parse("2026-11-24T14:22:00Z");
const plain = aDraft({ writtenAtMs, digest });
const whole = aDraft({
  ...{ step: "destroy", writtenAtMs, digest, seal: "9".repeat(64) },
  ...{ deactivatedAtMs: Date.parse("2026-11-24T10:00:00Z"), kmsSetter: bob, reason: "End of contract" },
});
const approval = aDraft({
  ...{ writtenAtMs, digest, author: bob, authorName: "Bob", how: "approval" },
  quotes: {
    ...{ sha256: "f".repeat(64), body: "e".repeat(64), author: alice, authorName: "Alice Example" },
    ...{ writtenAtMs: writtenAtMs - 60_000, seal: "9".repeat(64) },
  },
});

const repeating = aDraft({
  writtenAtMs,
  digest,
  earlierReasons: [{ author: bob, authorName: "Bob", reason: "Moved" }],
});

const plainTag = `{"v":1,"s":"deactivate","t":1795530120,"d":"${digest}","a":"IBMid-550000AL1C","n":"Alice Example","h":"command"}`;
const wholeTag =
  `{"v":1,"s":"destroy","t":1795530120,"d":"${digest}","a":"IBMid-550000AL1C","n":"Alice Example","h":"command",` +
  `"m":"${"9".repeat(64)}","x":1795514400,"k":"IBMid-550000B0BB","w":"End of contract"}`;
const approvalTag =
  `{"v":1,"s":"deactivate","t":1795530120,"d":"${digest}","a":"IBMid-550000B0BB","n":"Bob","h":"approval",` +
  `"q":{"i":"${"f".repeat(64)}","b":"${"e".repeat(64)}","a":"IBMid-550000AL1C","n":"Alice Example","t":1795530060,"m":"${"9".repeat(64)}"}}`;

const inCampaign = aDraft({ writtenAtMs, digest, campaign: { name: "eol", wave: "pilot", line: digest } });
const inCampaignTag = plainTag.replace(/}$/, `,"c":{"n":"eol","w":"pilot","l":"${digest}"}}`);
const afterWrite = aDraft({ writtenAtMs, digest, ownWriteAtMs: writtenAtMs - 60_000 });
const afterWriteTag = plainTag.replace(/}$/, ',"p":1795530060}');
const repeatingTag = plainTag.replace(/}$/, ',"e":[{"a":"IBMid-550000B0BB","n":"Bob","w":"Moved"}]}');

test.each([
  ["with what every record has", plain, plainTag, "8746dbdc"],
  ["with all that a request can have", whole, wholeTag, "03298d69"],
  ["that quotes a request", approval, approvalTag, "e1a1a445"],
  ["that repeats a reason", repeating, repeatingTag, "a7ae4e20"],
  ["of an author who wrote to the key before", afterWrite, afterWriteTag, "23b42275"],
  ["that names a wave of a campaign", inCampaign, inCampaignTag, "979a543e"],
] as const)("a tag %s is this text in hexadecimal digits, has this ID, and reads back", (_what, draft, text, id) => {
  const value = Buffer.from(text).toString("hex");
  expect(encodeTagValue(draft)).toBe(value);
  const record = decodeTagValue(keyId, value, sha256);
  expect(record).toMatchObject(draft);
  expect(record?.id.slice(0, 8)).toBe(id);
});

test.each([
  ["plain", plain, `[uko1bda6b059d88${digest}531743b492806555${"0".repeat(24)}]`],
  ["whole", whole, `[uko1bxa6b059d88${digest}531743b4928065556b05602096e28087752679da]`],
] as const)("the compact form of the %s record is this text, and reads back", (_what, draft, text) => {
  expect(encodeCompact(draft, "both")).toBe(text);
  const { step, how } = draft;
  expect(decodeCompact(keyId, text, sha256)).toMatchObject({ step, how, writtenAtMs, digest });
});

test("the statement of a request that its own seal covers is this text", () => {
  expect(requestStatement(keyId, { ...plain, body: "b" })).toBe(
    `["uko-request-1","${keyId}","deactivate",1795530120,"${digest}","IBMid-550000AL1C","b"]`,
  );
});

test.each([
  ["a request", whole, wholeTag.replace(/"t":\d+,/, "").replace(/"m":"9+","x":\d+,/, "")],
  ["an approval, whose quote stays whole", approval, approvalTag.replace(/"t":\d+,/, "")],
  ["when its author wrote to the key before", afterWrite, afterWriteTag.replace(/"t":\d+,/, "")],
  ["what an approver reads of earlier reasons", repeating, repeatingTag.replace(/"t":\d+,/, "")],
] as const)(
  "the body, which seal and signature cover, is the text without its times and its seal: %s",
  (_what, draft, json) => {
    expect(bodyJson(draft)).toBe(json);
    expect(decodeTagValue(keyId, encodeTagValue(draft), sha256)?.body).toBe(sha256(json));
  },
);

test("the body of a compact record is the text without its times", () => {
  const text = encodeCompact(whole, "both");
  const body = `[uko1bxa${"0".repeat(8)}${digest}531743b492806555${"0".repeat(8)}96e28087752679da]`;
  expect(decodeCompact(keyId, text, sha256)?.body).toBe(sha256(body));
});

test("the marker that a description carries is this text", () => {
  const raw = { description: "Salaries", tags: [] };
  expect(patchWithMarker(raw, "both", "description")).toEqual({ description: "Salaries\n[uko1b]" });
  expect(patchWithMarker(raw, "destroy", "description")).toEqual({ description: "Salaries\n[uko1d]" });
  expect(patchWithMarker(raw, "single", "description")).toEqual({ description: "Salaries\n[uko1s]" });
});
