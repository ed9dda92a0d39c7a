/** The six named profiles of the local UKO that every scenario is proven under; the fast suite takes the documented one. */

export const sixProfiles = [
  "documented",
  "tags-dropped",
  "tags-rejected",
  "sync-changes-writer",
  "twin-as-service",
  "stale-status",
] as const;
export type Profile = (typeof sixProfiles)[number];

/** All six when `UKO_TEST_ALL=1`; otherwise `documented` and those that a scenario cannot do without. */
export function profilesFor(...always: readonly Profile[]): readonly Profile[] {
  return process.env.UKO_TEST_ALL === "1" ? sixProfiles : [...new Set<Profile>(["documented", ...always])];
}
