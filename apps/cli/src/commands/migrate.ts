import { rollback } from "@meterr/database";
import { InvalidArgumentError, type Command } from "commander";
import { assertNotTaken } from "../database/assert-not-taken.ts";
import { asDatabaseFailure } from "../database/as-cli-error.ts";
import { borrowDatabase } from "../database/borrow-database.ts";
import { migrationSequences } from "../database/migration-sequences.ts";
import { migrationStatus } from "../database/migration-status.ts";
import { asOwner, prepareDatabase } from "../database/prepare-database.ts";
import { CliError } from "../errors.ts";
import { homePaths } from "../home/paths.ts";
import { readMarker } from "../home/marker.ts";
import { loadRolePasswords } from "../home/role-passwords.ts";
import { resolveHome } from "../settings/resolve-home.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import { table } from "../terminal/table.ts";
import type { UpContext } from "../up/up.ts";
import { print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";

interface MigrateOptions extends JsonOption {
  status?: true;
  down?: number;
  of: string;
  yes?: true;
}

type MigrateContext = CommandContext & Pick<UpContext, "random">;

/** `meterr migrate`: the one command besides `doctor` that touches the database. */
export function addMigrate(program: Command, context: MigrateContext): void {
  withJson(
    program
      .command("migrate")
      .description("bring the database's tables up to date")
      .option("--status", "only show what is applied")
      .option("--down <count>", "undo the last migrations; the data in their tables is lost", positive)
      .option("--of <sequence>", "whose migrations to undo", "meterr")
      .option("--yes", "undo without asking"),
  ).action((options: MigrateOptions) => migrate(options, context));
}

async function migrate(options: MigrateOptions, context: MigrateContext): Promise<void> {
  if (options.status === true && options.down !== undefined)
    throw new CliError("usage", "--status and --down exclude each other.");
  if (options.down !== undefined && options.yes !== true) {
    throw new CliError("usage", "Undoing migrations loses the data in their tables.", {
      next: "Back up the database, then add --yes.",
    });
  }
  const settings = readServerSettings(context.surroundings.env);
  const paths = homePaths(resolveHome(context.surroundings));
  const borrowing = { settings, paths, uid: context.surroundings.uid, whileRunning: options.status === true };
  await borrowDatabase(borrowing, async (admin) => {
    const passwords = await loadRolePasswords(paths.databaseRoles, (size) => context.random.randomBytes(size));
    if (options.status === true) {
      const states = await asOwner(admin, passwords, (owner) => migrationStatus(owner, migrationSequences()));
      const columns = [
        { title: "SEQUENCE", value: (row: (typeof states)[number]) => row.sequence },
        { title: "MIGRATION", value: (row: (typeof states)[number]) => row.name },
        {
          title: "APPLIED (UTC)",
          value: (row: (typeof states)[number]) => row.applied_at?.slice(0, 19).replace("T", " ") ?? "not yet",
        },
      ];
      print(context, options, { items: states }, (paint) => table(columns, states, paint));
      return;
    }
    if (settings.database !== undefined) await assertNotTaken(admin, passwords, await readMarker(paths.marker));
    const run =
      options.down === undefined
        ? await prepareDatabase(admin, passwords)
        : await undo(options.down, options.of, admin, passwords);
    const verb = options.down === undefined ? "applied" : "undone";
    print(context, options, { [verb]: run }, () =>
      run.length === 0 ? "Nothing to do." : run.map((name) => `${verb} ${name}`).join("\n"),
    );
  });
}

async function undo(
  count: number,
  of: string,
  ...[admin, passwords]: Parameters<typeof prepareDatabase>
): Promise<readonly string[]> {
  const sequence = migrationSequences().find(({ name }) => name === of);
  if (sequence === undefined) {
    throw new CliError("usage", `There are no migrations of that name.`, {
      next: `Known: ${migrationSequences()
        .map(({ name }) => name)
        .join(", ")}`,
    });
  }
  return asOwner(admin, passwords, async (owner) => {
    const applied = (await migrationStatus(owner, [sequence])).filter(({ applied_at }) => applied_at !== null).length;
    return rollback(owner, { sequence, to: Math.max(0, applied - count) });
  }).catch((error: unknown) => {
    throw asDatabaseFailure(error);
  });
}

function positive(text: string): number {
  if (!/^[1-9][0-9]{0,3}$/.test(text)) throw new InvalidArgumentError("It must be a number above zero.");
  return Number(text);
}
