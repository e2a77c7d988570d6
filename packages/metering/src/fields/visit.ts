/** What one walk over a request body finds. Texts are references into the parsed body, kept no longer than the call. */
export interface Visit {
  /** Text that the provider tokenises, in pieces. */
  readonly texts: string[];
  /** Upper bound, in bytes and thereby in tokens, of what is not in `texts`: rendered schemas and the like. */
  renderedBytes: number;
  messages: number;
  tools: number;
  images: number;
  /** Token arrays (embeddings): each element is one token. */
  tokens: number;
  cacheWrite: "none" | "5m" | "1h";
  /** Path of the first field that adds cost nobody can bound, or that no table lists. */
  notMetered: string | null;
}

export function newVisit(): Visit {
  return {
    texts: [],
    renderedBytes: 0,
    messages: 0,
    tools: 0,
    images: 0,
    tokens: 0,
    cacheWrite: "none",
    notMetered: null,
  };
}

/**
 * One row of the closed table: what a field may hold and what that adds. A rule sees no null: null stands for
 * "not given" in every provider's format.
 */
export type Rule = (value: unknown, path: string, visit: Visit) => void;

const LONGEST_PATH = 200;

/** A field's path; names that clients choose are cut and reduced to plain characters. */
export function childPath(path: string, name: string): string {
  const plain = name.slice(0, 64).replace(/[^\w$.-]/g, "_");
  return (path === "" ? plain : `${path}.${plain}`).slice(0, LONGEST_PATH);
}
