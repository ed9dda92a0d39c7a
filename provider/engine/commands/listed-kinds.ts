/** Names the kinds of objects that `uko ls` lists. The help prints them, and must not load what lists them. */

export const listedKinds = ["vault", "keystore", "template", "key", "kms"] as const;
export type ListedKind = (typeof listedKinds)[number];
