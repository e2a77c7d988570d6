const said = new WeakMap<object, Map<string, boolean>>();

/** Does a file's text say this anywhere? Read once: a file may hold thousands of handlers that all ask. */
export function says(file: { readonly text: string }, what: RegExp): boolean {
  let known = said.get(file);
  if (known === undefined) said.set(file, (known = new Map()));
  const key = `${what.flags}/${what.source}`;
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = what.test(file.text)));
  return found;
}
