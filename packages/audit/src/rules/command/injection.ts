import type { Rule } from "../rule.ts";

export const commandInjection: Rule = {
  id: "command/injection",
  title: "A shell is given text that is not its own",
  explanation:
    "A value of the request becomes part of a command line that a shell reads, or of code that is " +
    "evaluated. `; rm -rf /`, `$(…)` and backticks in it are run with the server's rights, and the " +
    "environment's secrets are there to be taken.\n\n" +
    "The auditor follows text into `exec`, `execSync`, `spawn` with a shell, `eval`, `Function` and `vm`. " +
    "Arguments of `execFile` and `spawn` without a shell are no text of a command line; the program's own " +
    "options are another matter.\n\n" +
    "It does not see what the program does with its arguments: a name that begins with `-` is an option " +
    "unless `--` stands before it.",
  cwe: [78],
  severity: "critical",
  precision: "high",
  fix:
    "Call `execFile` or `spawn` with a list of arguments and no shell, put `--` before what others chose, " +
    "and check it against the shape it must have. Do not evaluate text.",
  bad: [
    {
      path: "src/routes/preview.ts",
      code: `import { execSync } from "node:child_process";
import { Router } from "express";
import { requireUser } from "../middleware/require-user";

export const preview = Router();

preview.get("/log/:branch", requireUser, (req, res) => {
  const log = execSync(\`git log --oneline -n 20 \${req.params.branch}\`, { encoding: "utf8" });
  res.type("text/plain").send(log);
});
`,
    },
    {
      path: "app/api/thumbnails/route.ts",
      code: `import { spawn } from "node:child_process";
import { NextResponse } from "next/server";
import { auth } from "@/auth";

export async function GET(request: Request) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const size = new URL(request.url).searchParams.get("size") ?? "64";
  spawn(\`convert avatars/\${session.user.id}.png -resize \${size} thumbnails/\${session.user.id}.png\`, { shell: true });
  return NextResponse.json({ started: true });
}
`,
    },
  ],
  good: [
    {
      path: "src/routes/preview.ts",
      code: `import { execFileSync } from "node:child_process";
import { Router } from "express";
import { requireUser } from "../middleware/require-user";

export const preview = Router();

preview.get("/log/:branch", requireUser, (req, res) => {
  const { branch } = req.params;
  if (!/^\\w[\\w./-]*$/.test(branch)) return res.status(400).json({ error: "invalid branch" });
  const log = execFileSync("git", ["log", "--oneline", "-n", "20", "--end-of-options", branch, "--"], { encoding: "utf8" });
  return res.type("text/plain").send(log);
});
`,
    },
    {
      path: "app/api/thumbnails/route.ts",
      code: `import { spawn } from "node:child_process";
import { NextResponse } from "next/server";
import { auth } from "@/auth";

export async function GET(request: Request) {
  const session = await auth();
  if (!session?.user) return NextResponse.json({ error: "unauthorized" }, { status: 401 });
  const size = Number(new URL(request.url).searchParams.get("size") ?? "64");
  if (!Number.isInteger(size) || size < 16 || size > 512) {
    return NextResponse.json({ error: "invalid size" }, { status: 400 });
  }
  spawn("convert", [\`avatars/\${session.user.id}.png\`, "-resize", String(size), \`thumbnails/\${session.user.id}.png\`]);
  return NextResponse.json({ started: true });
}
`,
    },
  ],
};
