import { auditFolder } from "./audit-files.ts";

/** The child of `hostile-audit.ts`: audits each folder it is told of, in a process of its own. */
process.on("message", (root: string) => {
  try {
    process.send?.({ result: auditFolder(root) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
