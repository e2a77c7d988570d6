import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { borrowDatabase } from "../database/borrow-database.ts";
import { CliError } from "../errors.ts";
import { loadAuthSecret } from "../home/auth-secret.ts";
import { homePaths } from "../home/paths.ts";
import { loadRolePasswords } from "../home/role-passwords.ts";
import { resolveHome } from "../settings/resolve-home.ts";
import { readServerSettings } from "../settings/server-settings.ts";
import { printable } from "../terminal/printable.ts";
import type { UpContext } from "../up/up.ts";
import { print, type CommandContext, type JsonOption } from "./context.ts";
import { withJson } from "./json-option.ts";

type ResetContext = CommandContext & Pick<UpContext, "random">;

/** `meterr reset-password`: for who forgot theirs, by who runs the machine; there need be no mail. */
export function addResetPassword(program: Command, context: ResetContext): void {
  withJson(
    program
      .command("reset-password")
      .description("print a one-time link by which somebody sets a new password; on the machine itself")
      .requiredOption("--email <address>", "whose password"),
  ).action((options: JsonOption & { email: string }) => resetPassword(options, context));
}

async function resetPassword(options: JsonOption & { email: string }, context: ResetContext): Promise<void> {
  const settings = readServerSettings(context.surroundings.env);
  const paths = homePaths(resolveHome(context.surroundings));
  const randomBytes = (size: number) => context.random.randomBytes(size);
  const borrowing = { settings, paths, uid: context.surroundings.uid, whileRunning: true };
  const issued = await borrowDatabase(borrowing, async (admin) => {
    const passwords = await loadRolePasswords(paths.databaseRoles, randomBytes);
    const authSecret = await loadAuthSecret(paths.authSecret, randomBytes);
    // The sign-in library is large, and no other command needs it.
    const { issueResetLink } = await import("../database/issue-reset-link.ts");
    return issueResetLink({
      admin,
      passwords,
      authSecret,
      publicUrl: settings.publicUrl,
      email: options.email,
      requestId: randomUUID(),
      now: () => context.now(),
    });
  });
  if (issued === null) {
    throw new CliError("usage", "No member of any organisation signs in with this e-mail address.", {
      next: "See who there is: npx meterr members list",
    });
  }
  const until = issued.expiresAt.toISOString();
  const shown = { email: issued.email, link: issued.link, expires_at: until };
  print(context, options, shown, (paint) =>
    [
      `${paint("green", "✓")} By this link ${printable(issued.email)} sets a new password. It works once, until ${until.slice(11, 16)} UTC:`,
      "",
      `  ${issued.link}`,
      "",
      "  Whoever has the link can use it: hand it over where nobody else reads along.",
      "  Using it signs them out everywhere; a second factor stays as it is. Both are in the audit log.",
    ].join("\n"),
  );
}
