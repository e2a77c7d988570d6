/** The names a `.env` file gives, commented ones included when asked: a comment documents as well. */
export function namesIn(text: string, comments: "with comments" | "set only"): Set<string> {
  const names = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(#?)\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=\s*(.*)$/.exec(line);
    if (match === null) continue;
    const [, comment, name, value] = match;
    if (comments === "with comments") names.add(name ?? "");
    else if (comment === "" && !/^(""|''|)\s*(#.*)?$/.test(value ?? "")) names.add(name ?? "");
  }
  return names;
}

/** What is appended to `.env.example` for a module: each variable it does not name yet. Empty when it names all. */
export function envLines(
  slug: string,
  env: { required_env: readonly string[]; optional_env: readonly string[] },
  example: string | null,
): string {
  const there = namesIn(example ?? "", "with comments");
  const required = env.required_env.filter((name) => !there.has(name)).map((name) => `${name}=`);
  const optional = env.optional_env.filter((name) => !there.has(name)).map((name) => `# ${name}=`);
  if (required.length + optional.length === 0) return "";
  const before = example === null || example === "" ? "" : example.endsWith("\n") ? "\n" : "\n\n";
  return `${before}# ${slug}: see modules/${slug}/README.md\n${[...required, ...optional].join("\n")}\n`;
}
