/** A map of its own with the same entries; `new Map(entries)` makes two objects for each of them. */
export function copyMap<Key, Held>(entries: ReadonlyMap<Key, Held>): Map<Key, Held> {
  const copy = new Map<Key, Held>();
  entries.forEach((held, key) => copy.set(key, held));
  return copy;
}
