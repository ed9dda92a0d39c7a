/**
 * Lists the commands of `uko` that the executables of the Pulumi plugin and the Terraform provider also run, so that a
 * user of Python or HCL needs no other program. In a command that a message shows, the path of the executable replaces
 * `uko`, if `uko` is not on PATH.
 */

export const ownCommands = [
  "status",
  "plan",
  "request",
  "approve",
  "continue",
  "withdraw",
  "decline",
  "reactivate",
  "sync",
  "whoami",
] as const;

const alone = ["--help", "-h", "--version", "-V"];

/** Whether a person started the executable. An engine passes its address, options of its own, or nothing. */
export function isOwnCommand(first: string | undefined): boolean {
  return first !== undefined && [...ownCommands, ...alone].includes(first);
}

/**
 * The command as the reader's machine runs it: `uko approve payroll` with the path of the executable in place of `uko`.
 * `program` is absent where `uko` is on PATH. Any other text, and a command that only `uko` answers, stays as it is.
 */
export function runnable(command: string, program: string | undefined): string {
  const [, indent = "", verb = "", rest = ""] = /^( *)uko (\w+)(.*)$/s.exec(command) ?? [];
  return program !== undefined && isOwnCommand(verb) ? `${indent}${program} ${verb}${rest}` : command;
}
