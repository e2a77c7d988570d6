import type { Rule } from "../rule.ts";

export const defaultAllows: Rule = {
  id: "fail-closed/default-allows",
  title: "What is not known is allowed",
  explanation:
    "A function that answers whether somebody may do something has a default that says yes: `?? true`, " +
    "`|| true`, a `default` branch of a switch. A user without a subscription, a role that was added last " +
    "week, a flag that the service does not know: all of them are allowed everything.\n\n" +
    "The auditor looks for such defaults in functions whose names say that they answer about rights.\n\n" +
    "It does not know defaults of tables and configuration files, nor functions that ask about rights and " +
    "are not called so.",
  cwe: [636, 863],
  severity: "critical",
  precision: "high",
  fix: "Let the default be no (`?? false`, `default: return false`), and name what is allowed.",
  bad: [
    {
      path: "src/entitlements.ts",
      code: `import { db } from "./db";

export async function hasFeature(userId: string, feature: string): Promise<boolean> {
  const subscription = await db.subscription.findFirst({ where: { userId, status: "active" } });
  return subscription?.features.includes(feature) ?? true;
}
`,
    },
    {
      path: "src/permissions.ts",
      code: `export type Action = "read" | "write" | "delete" | "billing";

export function canPerform(role: string, action: Action): boolean {
  switch (role) {
    case "viewer":
      return action === "read";
    case "editor":
      return action === "read" || action === "write";
    default:
      return true;
  }
}
`,
    },
  ],
  good: [
    {
      path: "src/entitlements.ts",
      code: `import { db } from "./db";

export async function hasFeature(userId: string, feature: string): Promise<boolean> {
  const subscription = await db.subscription.findFirst({ where: { userId, status: "active" } });
  return subscription?.features.includes(feature) ?? false;
}
`,
    },
    {
      path: "src/permissions.ts",
      code: `export type Action = "read" | "write" | "delete" | "billing";

export function canPerform(role: string, action: Action): boolean {
  switch (role) {
    case "viewer":
      return action === "read";
    case "editor":
      return action === "read" || action === "write";
    case "owner":
      return true;
    default:
      return false;
  }
}
`,
    },
  ],
};
