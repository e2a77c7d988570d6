import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The pages for whoever uses the package; the rules of the audit are in the command, `keys audit --explain`. */
const PAGES = ["keys.md", "audit.md"];

/** Path and text of each document as the package has it: links lead to what it carries, and others are words only. */
export async function documentsOf(root: string): Promise<Map<string, string>> {
  const read = (path: string): Promise<string> => readFile(join(root, path), "utf8");
  const readme = (await read("apps/keys-cli/README.md")).replaceAll("](../../docs/", "](docs/");
  const documents = new Map([
    [
      "README.md",
      onlyLinksTo(
        PAGES.map((page) => `docs/${page}`),
        readme,
      ),
    ],
  ]);
  for (const page of PAGES) documents.set(`docs/${page}`, onlyLinksTo(PAGES, await read(`docs/${page}`)));
  return documents;
}

function onlyLinksTo(known: readonly string[], text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, (whole, words: string, target: string) => {
    const kept = /^(?:https?:|#)/.test(target) || known.includes(target.replace(/#.*$/, ""));
    return kept ? whole : words;
  });
}
