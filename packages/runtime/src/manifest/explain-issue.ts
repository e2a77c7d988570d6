import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What each pattern means, by the field's name. */
const SHAPES: Readonly<Record<string, string>> = {
  slug: "write lower-case words joined by hyphens, for example stripe-entitlements",
  version: "write three numbers joined by dots, for example 1.0.0",
  required_env: "write upper-case names, for example STRIPE_WEBHOOK_SECRET",
  optional_env: "write upper-case names, for example STRIPE_WEBHOOK_SECRET",
  path: "write a path that begins with a slash, for example /api/v1/things/:id",
  tables: "write lower-case names, for example invoices or app.invoices",
  name: "write lower-case words joined by dots, for example invoices.reconcile",
};

/** One fault of a `key.json`: where it is and how to mend it. `known` are the names of the fields there can be. */
export function explainIssue(issue: Issue, known: readonly string[]): string {
  const at = issue.path.map(String).join(".") || "(root)";
  const field = issue.path.toReversed().find((part) => typeof part === "string") ?? "";
  switch (issue.code) {
    case "invalid_type":
      return /received undefined/.test(issue.message)
        ? `${at}: add it, a ${issue.expected}`
        : `${at}: make it a ${issue.expected}`;
    case "unrecognized_keys":
      return issue.keys
        .map((key) => `${at}: take out "${key}"${nearest(key, issue.path.length === 0 ? known : [])}`)
        .join("; ");
    case "invalid_value":
      return `${at}: write ${issue.values.map((value) => `"${String(value)}"`).join(" or ")}`;
    case "invalid_format":
      return `${at}: ${SHAPES[field] ?? issue.message}`;
    case "too_small":
      return `${at}: do not leave it empty`;
    case "too_big":
      return `${at}: ${String(issue.maximum)} at most`;
    default:
      return `${at}: ${issue.message}`;
  }
}

function nearest(key: string, known: readonly string[]): string {
  const plain = (name: string): string =>
    name
      .toLowerCase()
      .replaceAll(/[^a-z]/g, "")
      .replace(/s$/, "");
  const meant =
    known.find((name) => plain(name) === plain(key)) ?? known.find((name) => plain(name).startsWith(plain(key)));
  return meant === undefined ? "" : `, or did you mean "${meant}"?`;
}
