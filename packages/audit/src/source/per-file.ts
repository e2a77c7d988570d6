/** What is read of a file, read once, whoever asks: a file may hold thousands of handlers that do. */
export function perFile<File extends object, Read>(read: (file: File) => Read): (file: File) => Read {
  const known = new WeakMap<File, { readonly read: Read }>();
  return (file) => {
    let found = known.get(file);
    if (found === undefined) known.set(file, (found = { read: read(file) }));
    return found.read;
  };
}
