import type { Rule } from "../rule.ts";

export const pathTraversal: Rule = {
  id: "input/path-traversal",
  title: "The client writes the path of a file of the server",
  explanation:
    "A name of the request is joined to a folder and the file read, written or deleted. `../../` in it leaves the " +
    "folder, and the process opens whatever it may: settings, keys, other customers' uploads.\n\n" +
    "The auditor looks for file operations whose path holds a value of the request that no schema of fixed values, " +
    "no `basename` and no test of where it leads has looked at.\n\n" +
    "It does not see storage services (an object's key has no parent folder), nor a sandbox around the process.",
  cwe: [22, 73],
  severity: "high",
  precision: "medium",
  fix:
    "Look the file up by an id and take its path from your own records; or use `path.basename`, resolve the path, " +
    "and refuse what does not start with the folder and a separator.",
  bad: [
    {
      path: "src/routes/exports.ts",
      code: `import { createReadStream } from "node:fs";
import path from "node:path";
import { Router } from "express";
import { requireUser } from "../require-user";

export const exports = Router();

exports.get("/exports", requireUser, (req, res) => {
  const name = String(req.query.name);
  createReadStream(path.join("/var/lib/app/exports", name)).pipe(res);
});
`,
    },
  ],
  good: [
    {
      path: "src/routes/exports.ts",
      code: `import { createReadStream } from "node:fs";
import path from "node:path";
import { Router } from "express";
import { requireUser } from "../require-user";

const folder = "/var/lib/app/exports";

export const exports = Router();

exports.get("/exports", requireUser, (req, res) => {
  const file = path.resolve(folder, String(req.query.name));
  if (!file.startsWith(folder + path.sep)) return res.status(404).end();
  createReadStream(file).pipe(res);
});
`,
    },
  ],
};
