import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };
import { packedCatalogue } from "./catalogue/packed-catalogue.ts";
import { repositoryCatalogue } from "./catalogue/repository-catalogue.ts";
import { addAdd } from "./commands/add.ts";
import { addAudit } from "./commands/audit.ts";
import type { CommandContext, RegisterCommand } from "./commands/context.ts";
import { addDocs } from "./commands/docs.ts";
import { addInfo } from "./commands/info.ts";
import { addList } from "./commands/list.ts";
import { addNew } from "./commands/new.ts";
import { addRemove } from "./commands/remove.ts";
import { addVerify } from "./commands/verify.ts";
import { exitCodes } from "./exit-codes.ts";
import { run } from "./program.ts";

const commands: readonly RegisterCommand[] = [
  addAudit,
  addList,
  addInfo,
  addNew,
  addAdd,
  addVerify,
  addRemove,
  addDocs,
];

// The published package carries its modules built; in this repository they are built as they are asked for.
const packed = fileURLToPath(new URL("../modules/", import.meta.url));
const repository = fileURLToPath(new URL("../../../", import.meta.url));

const context: CommandContext = {
  terminal: { env: process.env, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
  cwd: process.cwd(),
  catalogue: existsSync(join(packed, "catalogue.json")) ? packedCatalogue(packed) : repositoryCatalogue(repository),
  version: manifest.version,
  outcome: exitCodes.ok,
};
process.exitCode = await run(process.argv.slice(2), context, commands);
