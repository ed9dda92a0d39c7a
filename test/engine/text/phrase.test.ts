import { describe, expect, it } from "vitest";
import { phraseFor, setPhrase } from "../../../provider/text/phrase.ts";

describe("the phrase that confirms an act", () => {
  it("is the label of one key, as the person sees it", () => {
    const what = "the label of the key";
    expect(phraseFor("destroy", [{ label: "pay\u202eroll", id: "k-1" }])).toEqual({ phrase: "pay\\u{202e}roll", what });
    expect(phraseFor("destroy", [{ label: " \u2003", id: "k-1" }])).toEqual({
      phrase: "k-1",
      what: "the ID of the key",
    });
  });

  it("is the act, the number of keys and the large classes of exceptions for several keys", () => {
    const keys = [1, 2, 3].map((at) => ({ label: `key ${at}`, id: `k-${at}` }));
    expect(phraseFor("destroy", keys, "31 recent").phrase).toBe("destroy 3, 31 recent");
    expect([phraseFor("store", keys).phrase, setPhrase("withdraw", 181)]).toEqual(["store 3", "withdraw 181"]);
  });
});
