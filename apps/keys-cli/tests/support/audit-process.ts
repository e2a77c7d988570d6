import { packedCatalogue } from "../../src/catalogue/packed-catalogue.ts";
import { auditCommand } from "../../src/commands/audit.ts";
import type { CommandContext } from "../../src/commands/context.ts";
import { run } from "../../src/program.ts";
import { finding, RULE } from "./run-audit.ts";

// `keys audit` as main.ts composes it, over an engine that finds a lot: node audit-process.ts <how many> <arguments>.
const [many = "0", ...args] = process.argv.slice(2);
const findings = Array.from({ length: Number(many) }, (_, index) => finding(`src/file-${index}.ts`));
const context: CommandContext = {
  terminal: { env: {}, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
  cwd: process.cwd(),
  catalogue: packedCatalogue(process.cwd()),
  version: "0.0.0",
  outcome: 0,
};
const engine = {
  rules: [RULE],
  audit: () => ({ root: "/", files: 1, entryPoints: [], findings, diagnostics: [], duration: 1, cached: false }),
};
process.exitCode = await run(["audit", ...args], context, [auditCommand(() => Promise.resolve(engine))]);
