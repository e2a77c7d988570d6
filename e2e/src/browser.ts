import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium, type Browser, type Page } from "playwright-core";

const KNOWN = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Without a sandbox of its own, since tests may run as root; quiet, and asking nobody on the network. */
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where Chromium is: CHROMIUM_PATH, else where distributions put it; null when it is not on this machine. */
export function findChromium(): string | null {
  const named = process.env["CHROMIUM_PATH"];
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`CHROMIUM_PATH names ${named}, which does not exist`);
    return named;
  }
  return KNOWN.find((path) => existsSync(path)) ?? null;
}

/** A browser with a fresh profile. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Runs in the page, before any script of its own. */
const WATCH = `document.addEventListener("securitypolicyviolation", (event) => {
  globalThis.reportViolation(event.violatedDirective + " " + event.blockedURI);
});`;

/** Violations of a page's policy, script errors and failed loads, as they happen. */
export async function listenForTrouble(page: Page): Promise<string[]> {
  const trouble: string[] = [];
  await page.exposeFunction("reportViolation", (what: string) => trouble.push(`policy: ${what}`));
  await page.addInitScript({ content: WATCH });
  page.on("console", (message) => {
    if (message.type() === "error") trouble.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => trouble.push(`script: ${error.message}`));
  return trouble;
}

export interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly string[];
}

/** What axe finds serious or critical on a page. Run by the debugger, since the page's policy admits no script of ours. */
export async function seriousViolations(page: Page): Promise<AxeViolation[]> {
  const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: source });
  const { result } = await session.send("Runtime.evaluate", {
    expression: `axe.run(document, { resultTypes: ["violations"] }).then((run) => JSON.stringify(run.violations
      .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html.slice(0, 200)) }))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  const violations: AxeViolation[] = JSON.parse(String(result.value));
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical");
}
