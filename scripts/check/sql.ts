import { type CallExpression, Visitor } from "oxc-parser";
import { constantText } from "./constant-text.ts";
import type { Part } from "./part.ts";
import { codeFiles, lineOf, type Tree } from "./tree.ts";

/** Tests, what supports them, and tools run against databases of their own, with no input from anybody. */
const EXEMPT = /(^|\/)(tests|testing)\/|^(scripts|e2e|bench)\//;
/** On the line of the call or the one above it; the reason is not optional. */
const SUPPRESSION = /\bsql-not-constant:\s*(\S.*)?/;

/** Row-level security does not hold against SQL the application was talked into, so no SQL is ever built. */
export const sql: Part = {
  name: "sql",
  run(tree) {
    const files = codeFiles(tree).filter((file) => !EXEMPT.test(file) && tree.read(file).includes("query"));
    return { findings: files.flatMap((file) => judgeFile(tree, file)) };
  },
};

function judgeFile(tree: Tree, file: string): string[] {
  const { text, result } = tree.parse(file);
  const reasons = new Map(
    result.comments.flatMap((comment) => {
      const match = SUPPRESSION.exec(comment.value);
      return match === null ? [] : [[lineOf(text, comment.end), (match[1] ?? "").trim()] as const];
    }),
  );
  const findings: string[] = [];
  new Visitor({
    CallExpression(call) {
      if (!isQuery(call) || constantText(tree, file, call.arguments[0])) return;
      const line = lineOf(text, call.start);
      const reason = reasons.get(line) ?? reasons.get(line - 1);
      if (reason === undefined) findings.push(`${file}:${line}: SQL must be a constant; values go in parameters`);
      else if (reason === "") findings.push(`${file}:${line}: sql-not-constant needs a reason`);
    },
  }).visit(result.program);
  return findings;
}

function isQuery(call: CallExpression): boolean {
  const { callee } = call;
  if (call.arguments.length === 0 || callee.type !== "MemberExpression") return false;
  const { property } = callee;
  if (property.type === "Identifier" && !callee.computed) return property.name === "query";
  return property.type === "Literal" && property.value === "query";
}
