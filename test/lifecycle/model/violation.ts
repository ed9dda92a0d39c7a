/** A broken promise. `rule` names the promise, so that a test shows which rule catches a broken core. */
export class Violation extends Error {
  readonly rule: string;
  constructor(rule: string, detail: string) {
    super(`${rule}: ${detail}`);
    this.rule = rule;
  }
}
