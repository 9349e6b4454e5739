import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { WILDCARD } from './glob.js';

/** Calls that take a text and a function as a test does, and are none. */
const LISTENERS: ReadonlySet<string> = new Set(['on', 'once', 'off', 'addEventListener']);
const TEST_FUNCTIONS: ReadonlySet<string> = new Set(['describe', 'it', 'test']);

/** Titles of the tests, suites and checks of a file. A part that only the run knows is a `WILDCARD`. */
export const readTitles = (path: string): readonly string[] => titlesOf(path, readFileSync(path, 'utf8'));

/** The same of a text. A title of `each` is there for each row of its table where the table is a literal. */
export function titlesOf(path: string, text: string): readonly string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) titles.push(...titlesOfCall(node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return [...new Set(titles)];
}

function titlesOfCall(call: ts.CallExpression): string[] {
  const [first, ...others] = call.arguments;
  const title = first === undefined ? undefined : textOf(first);
  if (title === undefined || !isTest(call, others)) return [];
  const table = tableOf(call.expression);
  if (table === undefined) return [title];
  const rows = rowsOf(table) ?? [[]];
  return rows.map((row) => fill(title, row));
}

function isTest({ expression }: ts.CallExpression, others: readonly ts.Expression[]): boolean {
  if (ts.isPropertyAccessExpression(expression) && LISTENERS.has(expression.name.text)) return false;
  if (others.some((other) => ts.isArrowFunction(other) || ts.isFunctionExpression(other))) return true;
  return ts.isIdentifier(expression) && TEST_FUNCTIONS.has(expression.text) && others.length > 0;
}

/** The table of `it.each(table)(title, …)`. */
function tableOf(callee: ts.Expression): ts.Expression | undefined {
  if (!ts.isCallExpression(callee) || !ts.isPropertyAccessExpression(callee.expression)) return undefined;
  return callee.expression.name.text === 'each' ? callee.arguments[0] : undefined;
}

/** The values of each row as they stand in a title; undefined for a table that is made elsewhere. */
function rowsOf(table: ts.Expression): string[][] | undefined {
  const literal = withoutType(table);
  if (!ts.isArrayLiteralExpression(literal)) return undefined;
  return literal.elements.map((element) => {
    const row = withoutType(element);
    return ts.isArrayLiteralExpression(row) ? row.elements.map(textInTitle) : [textInTitle(row)];
  });
}

const textInTitle = (node: ts.Expression): string => {
  const value = withoutType(node);
  return ts.isNumericLiteral(value) ? value.text : (textOf(value) ?? WILDCARD);
};

const withoutType = (node: ts.Expression): ts.Expression =>
  ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)
    ? withoutType(node.expression)
    : node;

/** Puts the values of a row into the placeholders of a title: `%s` and its kin in order, `$name` as anything. */
function fill(title: string, row: readonly string[]): string {
  let next = 0;
  return title.replace(/%[sdifjopc#%]|\$[\w.]+/g, (placeholder) => {
    if (placeholder === '%%') return '%';
    if (placeholder === '%#' || placeholder.startsWith('$')) return WILDCARD;
    const value = row[next] ?? WILDCARD;
    next += 1;
    return placeholder === '%j' && value !== WILDCARD ? JSON.stringify(value) : value;
  });
}

/** A literal text, with what a template computes as a wildcard. */
function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map((span) => WILDCARD + span.literal.text).join('');
}
