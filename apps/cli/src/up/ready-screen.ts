import type { Kek } from "../home/kek.ts";
import type { HomePaths } from "../home/paths.ts";
import type { ServerSettings } from "../settings/server-settings.ts";
import type { Paint } from "../terminal/colours.ts";
import type { Separation } from "../separation/decide-separation.ts";
import { gatewayUrl } from "./child-settings.ts";

export interface ReadyScreen {
  settings: ServerSettings;
  paths: HomePaths;
  separation: Separation;
  kek: Kek;
  setupToken: string | null;
  /** Names of the processes that run. */
  running: readonly string[];
}

/** What a person sees once everything is healthy: where to go, what to do next, where the data lives. */
export function readyScreen(
  { settings, paths, separation, kek, setupToken, running }: ReadyScreen,
  paint: Paint,
): string {
  const gateway = gatewayUrl(settings);
  const lines = ["", `  ${paint("bold", "Meterr is ready.")}`, ""];
  const row = (name: string, value: string) => lines.push(`  ${paint("dim", name.padEnd(11))} ${value}`);
  if (running.includes("dashboard")) row("Dashboard", paint("cyan", settings.publicUrl));
  if (running.includes("gateway")) {
    row("OpenAI", `${gateway}/openai/v1`);
    row("Anthropic", `${gateway}/anthropic`);
    row("Google", `${gateway}/google`);
  }
  row("Data", paths.home);
  row("Logs", paths.logs);
  row("Users", usersOf(separation));
  lines.push("");
  if (kek.made) {
    lines.push(
      `  ${paint("yellow", "Back up now:")} ${kek.source} and ${paths.keystore}, each in a place of its own.`,
      "  Without them sealed secrets are lost for ever. This is said once.",
      "",
    );
  }
  if (setupToken === null) row("Next", "the dashboard, or on the command line: npx meterr --help");
  else {
    row("Next", "Become the first owner (the address works once, until the next start):");
    lines.push(`              ${paint("cyan", `${settings.publicUrl}/setup#token=${setupToken}`)}`);
  }
  row("Stop", "Ctrl-C");
  return `${lines.join("\n")}\n\n`;
}

function usersOf(separation: Separation): string {
  if (separation.kind === "shared") return `one for every process: ${separation.why}`;
  const { gateway, sandbox } = separation.accounts;
  return `one for each process (${gateway.uid}–${sandbox.uid})`;
}
