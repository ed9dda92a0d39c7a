/** Finds the places of a decider at which one condition can be broken, with what stands there then; a mutation run draws from them. */

import ts from "typescript";

export interface MutationPoint {
  readonly start: number;
  readonly end: number;
  /** What stands in the place of the text from `start` to `end`. */
  readonly text: string;
}

const opposites = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
  [ts.SyntaxKind.LessThanToken, "<="],
  [ts.SyntaxKind.LessThanEqualsToken, "<"],
  [ts.SyntaxKind.GreaterThanToken, ">="],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">"],
  [ts.SyntaxKind.AmpersandAmpersandToken, "||"],
  [ts.SyntaxKind.BarBarToken, "&&"],
  [ts.SyntaxKind.PlusToken, "-"],
  [ts.SyntaxKind.MinusToken, "+"],
]);

/** Every point of one file, in the order of the text. */
export function mutationPointsOf(source: string): readonly MutationPoint[] {
  const file = ts.createSourceFile("decider.ts", source, ts.ScriptTarget.Latest, true);
  const points: MutationPoint[] = [];
  const replace = (node: ts.Node, text: string): void => {
    points.push({ start: node.getStart(file), end: node.getEnd(), text });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isBinaryExpression(node)) mutateOperator(node, replace);
    else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      replace(node, node.operand.getText(file));
    } else if (node.kind === ts.SyntaxKind.TrueKeyword) replace(node, "false");
    else if (node.kind === ts.SyntaxKind.FalseKeyword) replace(node, "true");
    else if (ts.isConditionalExpression(node)) {
      replace(node.condition, "true");
      replace(node.condition, "false");
    } else if (ts.isIfStatement(node)) {
      replace(node.expression, "true");
      replace(node.expression, "false");
    } else if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) replace(node, ";");
    ts.forEachChild(node, visit);
  };
  visit(file);
  return points.toSorted((one, other) => one.start - other.start);
}

/** The opposite operator, and for a condition of several parts each part without the other. */
function mutateOperator(node: ts.BinaryExpression, replace: (node: ts.Node, text: string) => void): void {
  const { left, operatorToken, right } = node;
  const opposite = opposites.get(operatorToken.kind);
  if (opposite !== undefined) replace(operatorToken, opposite);
  const hasParts =
    operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    operatorToken.kind === ts.SyntaxKind.BarBarToken ||
    operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken;
  if (!hasParts) return;
  replace(node, left.getText());
  replace(node, right.getText());
}
