import { anthropic } from "./anthropic.ts";
import type { ProviderFront } from "./front.ts";
import { google } from "./google.ts";
import { openai } from "./openai.ts";

export const fronts: readonly ProviderFront[] = [openai, anthropic, google];

/** The front whose base path the path lies under, with the rest of the path. */
export function findFront(pathname: string): { front: ProviderFront; rest: string } | null {
  for (const front of fronts) {
    if (pathname.startsWith(`${front.basePath}/`)) return { front, rest: pathname.slice(front.basePath.length) };
  }
  return null;
}
