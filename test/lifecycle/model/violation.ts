/** A violation of a rule. `rule` names the rule, so that a test shows which rule catches a broken core. */
export class Violation extends Error {
  readonly rule: string;
  constructor(rule: string, detail: string) {
    super(`${rule}: ${detail}`);
    this.rule = rule;
  }
}
