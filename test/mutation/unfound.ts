/**
 * The breaks that the simulator does not find in 1,500 steps of seed 48, by the reason. A break that it finds all the same has a
 * reason that is not true.
 */

const reasons: Readonly<Record<string, readonly string[]>> = {
  "another check refuses it too: the requester of a set is who wrote last": [
    "the last writer does not matter",
    "the name of a campaign vouches for a record",
    "an approval of an approval",
  ],
  "another check refuses it too: the last writer is the profile, and the record names the person": [
    "a person in a profile may author",
  ],
  "another check refuses it too: a held key gets no request that could be approved": [
    "an approval of a held key is stored",
  ],
  "another check refuses it too: KMS lets nobody destroy who set the window": [
    "the setter may destroy",
    "a window's setter may come from another window's record",
    "a window's setter may come from another window's note",
    "the writer of a deactivation set every window",
  ],
  "another check refuses it too: the latest time of all counts, and each of several shows it": [
    "records expire by the Date alone",
    "every Date is plausible",
    "a token does not contradict a Date",
    "a change does not contradict a Date",
    "a token does not expire records",
  ],
  "another check refuses it too: no caller spends a permit twice, and the ETag of an old one does not fit": [
    "a permit is not spent",
    "a permit never grows old",
  ],
  "shows only in a text that says less: the run reads again, and decides as it would have": [
    "a write of another version is a lost answer",
    "a refusal is a lost answer",
  ],
  "drawn too rarely: 2 to 9 of 60 plays of its scheme find it": [
    "the Date alone decides everything",
    "a seal is good for other words",
    "a run writes without settling",
    "a third person uses an approval",
    "a hold stops only the removal",
  ],
  "drawn too rarely: a key that its program made for one person": [
    "gate destroy covers its own destroy",
    "the run that requests under gate destroy deactivates",
    "the deactivation by one person drops no record first",
  ],
  "drawn too rarely: 2 to 9 of 24 plays of its scheme find it": [
    "material in the metadata does not matter",
    "the metadata names no keystore",
  ],
  "needs a world that no story has: signed consents": [
    "a signature is good for other words",
    "the request that an approval quotes need not be signed",
    "one person is enough although signatures are demanded",
    "a record without a signature counts",
  ],
  "needs a world that no story has: a key with 128 tags, which nobody can request": [
    "uko's own tags leave no room for a hold",
  ],
  "needs a world that no story has: a template that changes under its keys": ["an alignment drops no record first"],
  "needs a world that no story has: a KMS that contradicts UKO": [
    "a backing key that remains does not matter",
    "KMS need not know the backing key of a living key",
  ],
  "needs a world that no story has: three writes of others at exact calls of one run": [
    "a run writes to a key that is busy",
  ],
};

/** The reason of each break, by its name. */
export const unfound: ReadonlyMap<string, string> = new Map(
  Object.entries(reasons).flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
);
