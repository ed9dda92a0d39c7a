/** Texts of others on every page: the campaign page, the certificate page, and the pages of the console. */

import { describe, expect, it } from "vitest";
import { renderPage } from "../../provider/campaign/reports/page.ts";
import type { CampaignReport } from "../../provider/campaign/reports/report.ts";
import type { WaveAct } from "../../provider/campaign/reports/wave-acts.ts";
import { renderCertificatePage } from "../../provider/certificate/html.ts";
import { actPage } from "../../provider/console/act-page.ts";
import { runPage } from "../../provider/console/act-run.ts";
import { openWaveAct, waveResult } from "../../provider/console/campaign-acts.ts";
import { campaignPage, wavePage } from "../../provider/console/campaign-pages.ts";
import { errorPage } from "../../provider/console/console-context.ts";
import { openKeyAct, resultOf } from "../../provider/console/key-acts.ts";
import { keyPage } from "../../provider/console/key-page.ts";
import { keysPage, kmsKeysPage } from "../../provider/console/keys-page.ts";
import { layout, type Page } from "../../provider/console/layout.ts";
import { whoPage } from "../../provider/console/login-page.ts";
import { waitingPage } from "../../provider/console/waiting-page.ts";
import { UkoError } from "../../provider/errors.ts";
import { html } from "../../provider/html/markup.ts";
import { hostileCertificate } from "../support/hostile-certificate.ts";

const script = `"><script>alert('x')</script><img src=x onerror=y>&`;
const invisible = "pay\u202ello\u200br\u001b[31m\u{e0041}\u2028";
const time = "2026-11-26T09:00:00Z";

/** A fixture of a page, with the texts that a page reads; the type of the page has more. */
const as = <T>(fixture: unknown): T => fixture as T;

function campaignReport(text: string): CampaignReport {
  return {
    summary: text,
    sections: [{ title: text, table: { columns: ["key", text], rows: [[text, text]] }, lines: [text] }],
    next: [{ command: `uko requests ${text}`, remark: text }],
    exitCode: 0,
    data: {},
    page: {
      title: text,
      asOfMs: Date.parse(time),
      timeline: {
        fromMs: 0,
        untilMs: 100,
        rows: [{ name: text, spans: [{ kind: "outage", fromMs: 0, untilMs: 50 }] }],
        marks: [{ label: text, atMs: 50 }],
      },
    },
  };
}

async function certificatePage(text: string): Promise<string> {
  const { certificate, facts } = await hostileCertificate(text);
  return renderCertificatePage(certificate, { ...facts, keyIds: [text] });
}

const visitorOf = (text: string) => ({
  ...{ caller: text, instanceId: text, csrfToken: "", path: "/", hasCampaign: true },
  timeZone: "UTC",
});
const explanationOf = (text: string) => ({
  summary: text,
  facts: [text],
  state: text,
  next: [{ who: text, commands: [text] }],
});
const actOf = (text: string) => ({
  ...{ id: "request", title: text, facts: [text], command: text, remark: text, review: text },
  fields: ["reason", "label"],
  isConsequential: true,
});

const problemOf = (text: string, reason = "") => ({ says: text, form: { typed: "", reason } });

const inspectionOf = (text: string) => ({
  report: {
    ...{ instanceId: text, vaultId: text, keyId: text, label: text, lifecycleState: "active", keyState: text },
    explanation: explanationOf(text),
    deletion: { requestedBy: text, recordExpiresAt: time },
  },
  steps: [{ step: "destroy", effect: text, earliestAt: time, roles: text }],
  key: {
    ...{ state: text, description: text, template: text, algorithm: text, size: text, updatedAt: time },
    updatedBy: text,
    keystores: [{ name: text, says: text }],
    ...{ facts: [text], heading: text, said: [text], unusual: [text] },
  },
  record: { id: text, author: text, writtenAt: time, reason: text },
  acts: [actOf(text)],
  basis: text,
});

const query = { contains: "", page: 1 };
const keyActOf = (text: string, inspection: unknown = inspectionOf(text), id = "request") =>
  openKeyAct(as({}), as(inspection), id, { vaults: new Map([[text, text]]), visitor: visitorOf(text) });
const waveActOf = (text: string, chosen: object) =>
  openWaveAct(as({}), as({ wave: text, act: actOf(text), others: [actOf(text)], only: "", ...chosen }));
const runOf = (text: string) => ({ address: text, title: text, back: html`${text}`, isOnMany: true }) as const;
const donePage = (text: string, result: { readonly title: string; readonly body: unknown }) =>
  runPage({ ...runOf(text), state: { kind: "done", result: as(result) } }, visitorOf(text), query);

const withParts = async ({ parts = [], body, ...page }: Page): Promise<Page> => ({
  ...page,
  body: html`${body}${await Promise.all(parts)}`,
});

const inConsole: Readonly<Record<string, (text: string) => Page | Promise<Page>>> = {
  "the key": (text) => keyPage(as(inspectionOf(text)), visitorOf(text)),
  "the KMS key": (text) => {
    const { report, acts } = inspectionOf(text);
    return keyPage(as({ report: { ...report, vaultId: "" }, acts }), visitorOf(text));
  },
  "an act": (text) => actPage(keyActOf(text), visitorOf(text), query, problemOf(text)),
  "a result": (text) =>
    donePage(text, resultOf(as({ ...inspectionOf(text).report, taken: [], exitCode: 12 }), visitorOf(text))),
  "a sent request": (text) => {
    const sent = { taken: ["write_record"], code: "UKO_APPROVAL_PENDING", exitCode: 0 };
    return donePage(text, resultOf(as({ ...inspectionOf(text).report, ...sent }), visitorOf(text)));
  },
  "a changed key": (text) => errorPage(keyActOf(text).changed, text),
  "the keys": (text) => {
    const names = { keyId: text, label: text, vault: text, template: text, algorithm: text, keystores: [text] };
    const objects = [{ resource: "key", ...names, lifecycleState: "active" }];
    const listing = { objects, unreadable: [{ vaultId: text, error: { summary: text } }] };
    return keysPage(as(listing), { ...query, state: "" });
  },
  "the KMS keys": (text) => {
    const objects = [{ resource: "kms", name: text, keyId: text, keyState: text, dualAuthDelete: true }];
    return kmsKeysPage(as({ objects, hasManagedKeys: true }), query);
  },
  "the pending deletions": async (text) => {
    const approval = { ...actOf(text), id: "approve", right: { roles: [text] } };
    const pending = [[actOf(text)], [approval]].map((acts) => ({
      report: inspectionOf(text).report,
      acts,
      requestedAt: time,
    }));
    const survey = { vaults: 1, pending, unreadable: [{ vaultId: text, error: { summary: text } }] };
    const waiting = { survey, kms: { keys: [] }, vaults: new Map([[text, text]]) };
    const waves = [{ wave: text, keys: 1, acts: [actOf(text)], removals: 1, command: text, waitsFor: text }];
    return withParts(waitingPage(Promise.resolve(as(waiting)), Promise.resolve(as(waves)), visitorOf(text)));
  },
  "the caller": (text) =>
    whoPage({
      caller: as({
        instanceId: text,
        iamId: text,
        writesAs: text,
        accountId: text,
        lists: [{ what: text, result: "listed", count: 1 }],
      }),
      says: [text],
      minutesLeft: 1,
    }),
  "the campaign": (text) => {
    const waves = { title: text, table: { columns: ["wave", text], rows: [[text, text]] } };
    const report = campaignReport(text);
    const overview = { report: { ...report, sections: [...report.sections, waves] }, campaign: text, nowMs: 0 };
    return withParts(campaignPage(text, Promise.resolve(as(overview)), undefined, visitorOf(text)));
  },
  "a wave": (text) => {
    const keys = { columns: ["label", "key", "state", text], rows: [[text, text, text, text]] };
    const acts = as<WaveAct[]>([actOf(text)]);
    const wave = { report: campaignReport(text), nowMs: 0, acts, keys };
    const about = { campaign: text, wave: text, query };
    return withParts(wavePage(about, Promise.resolve(as(wave)), undefined, visitorOf(text)));
  },
  "an act on a wave": (text) =>
    actPage(waveActOf(text, { act: { ...actOf(text), name: "rollback" } }), visitorOf(text), query, problemOf(text)),
  "an approval": (text) => {
    const table = { columns: [text], rows: [[text]] };
    const apart = [{ label: text, name: text, says: text }];
    const sections = [{ title: text, lines: [text], table }];
    const numbers = { now: 1, later: 1 };
    const classes = [{ word: text, keys: 1 }];
    const approval = {
      title: text,
      facts: [text],
      phrase: text,
      sections,
      classes,
      table,
      names: [text],
      ...numbers,
      apart,
    };
    const open = waveActOf(text, { act: { ...actOf(text), step: "destroy" }, approval });
    return actPage(open, visitorOf(text), query, problemOf(text));
  },
  "a run": (text) => donePage(text, waveResult({ act: as(actOf(text)), wave: text, later: 1 }, campaignReport(text))),
  "a run in progress": (text) =>
    runPage({ ...runOf(text), state: { kind: "running", progress: text, isStopping: false } }, visitorOf(text), query),
  "a failed run": (text) => {
    const error = new UkoError("UKO_INPUT_INVALID", { summary: text, detail: text });
    return runPage({ ...runOf(text), state: { kind: "failed", error } }, visitorOf(text), query);
  },
  "an error": (text) => errorPage(new UkoError("UKO_INPUT_INVALID", { summary: text, detail: text })),
};

const pages: Readonly<Record<string, (text: string) => unknown>> = {
  "a campaign to mail": (text) => renderPage(campaignReport(text)),
  "a certificate": certificatePage,
  ...Object.fromEntries(
    Object.entries(inConsole).map(([name, page]) => [
      name,
      async (text: string) => layout(await page(text), visitorOf(text)),
    ]),
  ),
};

describe.each(Object.entries(pages))("the page of %s", (_, page) => {
  it("shows markup in a text as text", async () => {
    const shown = String(await page(script));
    /** The tags alone: the values of attributes are texts. */
    const tags = (shown.replaceAll(/"[^"]*"/g, '""').match(/<[a-z][^>]*>/g) ?? []).join("\n");
    expect(tags).not.toMatch(/<script(?! src="" defer>)|<img| on[a-z]+=/);
    expect(shown).toContain("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  });

  it("has no character that hides or reorders text", async () => {
    const shown = String(await page(invisible)).replaceAll("\n", "");
    expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(shown).not.toContain("[object");
  });
});

it("shows an invisible character by its number, and asks for the label as shown", async () => {
  const page = String(await pages["an act"]?.(invisible));
  expect(page).toContain("<dt>Key</dt><dd>pay\\u{202e}llo\\u{200b}r\\u{1b}[31m\\u{e0041}\\u{2028}");
  expect(page).toContain("The label is <code>pay\\u{202e}llo\\u{200b}r\\u{1b}[31m\\u{e0041}</code>");
});

it("gives a form back what the person typed, escaped", () => {
  const problem = problemOf("The reason is too long.", "\u{1f468}\u200d\u{1f469} </textarea><script>");
  const page = String(actPage(keyActOf("a"), visitorOf("a"), query, problem).body);
  expect(page).toContain(">\u{1f468}\u200d\u{1f469} &lt;/textarea&gt;&lt;script&gt;</textarea>");
  const narrowed = waveActOf("a", { act: { ...actOf("a"), name: "rollback" }, only: '\u200d"><script>' });
  expect(String(narrowed.subject)).toContain('name="only" maxlength="200" value="\u200d&quot;&gt;&lt;script&gt;"');
});
