/**
 * Removes, renames or sets members of a JSON body by their paths, such as `key.state`; in a list, the path continues in
 * each item. Older API versions are emulated so, and faults that a test adds.
 */

/** The value without the member; unchanged if the path does not exist. */
export function withoutMember(value: unknown, path: readonly string[]): unknown {
  return withChangedMember(value, path, (members, last) =>
    Object.fromEntries(Object.entries(members).filter(([name]) => name !== last)),
  );
}

/** The value in which the member is `member`; the path's last name may be new. */
export function withMember(value: unknown, path: readonly string[], member: unknown): unknown {
  return withChangedMember(value, path, (members, last) => ({ ...members, [last]: member }));
}

/** The value in which the member has another name; unchanged if it does not exist. */
export function withRenamedMember(value: unknown, path: readonly string[], name: string): unknown {
  return withChangedMember(value, path, (members, last) =>
    Object.fromEntries(Object.entries(members).map(([each, member]) => [each === last ? name : each, member])),
  );
}

type Members = Readonly<Record<string, unknown>>;

/** The value in which a function changed what holds the path's last member. */
export function withChangedMember(
  value: unknown,
  path: readonly string[],
  change: (members: Members, last: string) => Members,
): unknown {
  const [name = "", ...rest] = path;
  if (Array.isArray(value)) return value.map((item) => withChangedMember(item, path, change));
  if (typeof value !== "object" || value === null) return value;
  const members = value as Members;
  if (rest.length === 0) return change(members, name);
  return name in members ? { ...members, [name]: withChangedMember(members[name], rest, change) } : value;
}
