import { THEME_COOKIE } from "@/api/cookies.ts";
import { remember } from "./remember.ts";

const CHANGED = "meterr:theme";

/** `light`, `dark`, or `system` where nobody has chosen. */
export function currentTheme(): string {
  return document.documentElement.dataset["theme"] ?? "system";
}

/** Shows it at once and keeps it for the next page. */
export function applyTheme(theme: string): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  remember(THEME_COOKIE, theme === "system" ? null : theme);
  window.dispatchEvent(new Event(CHANGED));
}

export function onThemeChange(tell: () => void): () => void {
  window.addEventListener(CHANGED, tell);
  return () => window.removeEventListener(CHANGED, tell);
}
