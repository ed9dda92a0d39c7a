/** An example program for the documentation, in each language that people write. */

export interface Example {
  readonly title: string;
  readonly typescript: string;
  readonly python: string;
  readonly go: string;
  readonly yaml: string;
}

/** Wraps the body of a Go program, the only part that differs between examples. */
export function goProgram(body: string): string {
  const indented = body
    .trim()
    .split("\n")
    .map((line) => (line === "" ? "" : `\t\t${line}`))
    .join("\n");
  return `package main

import (
	"github.com/pulumi-uko/pulumi-uko/sdk/go/uko"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
${indented}
		return nil
	})
}`;
}
