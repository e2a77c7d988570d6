import type { Rule } from "../rule.ts";

export const clientSecret: Rule = {
  id: "secrets/client-secret",
  title: "A secret is in code that is sent to browsers",
  explanation:
    "Variables whose names begin with `NEXT_PUBLIC_`, `VITE_`, `EXPO_PUBLIC_` and the like are copied " +
    "into the bundle when it is built. A secret among them is published: everybody who opens the page can " +
    "use it, on your account and with your rights.\n\n" +
    "The auditor looks for such variables whose names say that they are secrets, and for other secret " +
    "variables that are read in a file which runs in browsers.\n\n" +
    "It does not see what a variable really holds, and takes publishable and anonymous credentials, which " +
    "are meant for browsers, for what their names say.",
  cwe: [522, 200],
  severity: "critical",
  precision: "high",
  fix:
    "Rename the variable without the prefix, use it on the server only, and let the browser call a " +
    "handler of your own that asks who is calling. Replace the secret: it was published.",
  bad: [
    {
      path: "src/lib/assistant.ts",
      code: `import OpenAI from "openai";

export const assistant = new OpenAI({ apiKey: process.env.NEXT_PUBLIC_OPENAI_API_KEY });
`,
    },
    {
      path: "src/components/admin-panel.tsx",
      code: `"use client";

import { createClient } from "@supabase/supabase-js";

const supabase = createClient("https://project.example.com", process.env.SUPABASE_SERVICE_ROLE_KEY as string);

export function AdminPanel() {
  return <button onClick={() => supabase.auth.admin.listUsers()}>List users</button>;
}
`,
    },
  ],
  good: [
    {
      path: "src/lib/assistant.ts",
      code: `import "server-only";
import OpenAI from "openai";
import { settings } from "./settings";

export const assistant = new OpenAI({ apiKey: settings.openaiApiKey });
`,
    },
    {
      path: "src/components/admin-panel.tsx",
      code: `"use client";

export function AdminPanel() {
  return <button onClick={() => fetch("/api/admin/users")}>List users</button>;
}
`,
    },
  ],
};
