/** The configurations that are measured with OpenTofu: many keys, and as many resources that do nothing. */

/** One vault of the demo world, one template, `count` keys. */
export function keysConfiguration(count: number): string {
  return `resource "uko_managed_key" "bench" {
  count    = ${count}
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  template = "payroll"
  label    = format("bench %04d", count.index + 1)
}
`;
}

/** Of a provider that answers at once. */
export function nullConfiguration(count: number): string {
  return `resource "null_nothing" "bench" {
  count    = ${count}
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  template = "payroll"
  label    = format("bench %04d", count.index + 1)
}
`;
}

export const nullRequirements = `terraform {
  required_providers {
    null = { source = "bench/null" }
  }
}
`;

/** Has the engine take the provider from its folder. */
export function nullSettings(folder: string): string {
  return `provider_installation {
  dev_overrides {
    "bench/null" = ${JSON.stringify(folder)}
  }
}
`;
}
