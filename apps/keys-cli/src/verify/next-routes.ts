/** A file of Next.js that serves requests, and the paths it serves. */
export interface NextRoute {
  readonly file: string;
  readonly segments: readonly string[];
  /** App Router files export one function per method; Pages Router files answer all. */
  readonly router: "app" | "pages";
}

const APP = /^(?:src\/)?app\/(.*\/)?route\.[jt]sx?$/;
const PAGES = /^(?:src\/)?pages\/(api(?:\/.*)?)\.[jt]sx?$/;

/** @returns null for a file that serves no route */
export function nextRouteOf(file: string): NextRoute | null {
  const app = APP.exec(file);
  if (app !== null) {
    // (groups) and @slots are no part of the address.
    const segments = (app[1] ?? "").split("/").filter((part) => part !== "" && !/^(\(.*\)|@.*)$/.test(part));
    return { file, segments, router: "app" };
  }
  const pages = PAGES.exec(file);
  if (pages === null) return null;
  const segments = (pages[1] ?? "").split("/");
  return { file, segments: segments.at(-1) === "index" ? segments.slice(0, -1) : segments, router: "pages" };
}

/** Whether such a file answers a path of key.json (`/things/:id`). */
export function serves({ segments }: NextRoute, path: string): boolean {
  const parts = path.split("/").filter((part) => part !== "");
  for (const [index, segment] of segments.entries()) {
    if (/^\[\[\.\.\..+\]\]$/.test(segment)) return true;
    const part = parts[index];
    if (part === undefined) return false;
    if (/^\[\.\.\..+\]$/.test(segment)) return true;
    if (!/^\[.+\]$/.test(segment) && segment !== part) return false;
  }
  return parts.length === segments.length;
}
