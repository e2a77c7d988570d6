/** A name whose value goes back to something; only those at the top of a file do. */
export interface Traced {
  reads?: Reads;
}

/** What was gone through to arrive at something: files, and names at the tops of files with all that those need in turn. */
export class Reads {
  readonly files = new Set<string>();
  readonly slots = new Set<Traced>();

  /** Those that were followed (`functionKey`). */
  readonly functions = new Set<string>();
  /** Why what was seen of it is not whole. */
  readonly unknowns = new Set<string>();

  /** With all that its names go back to. Tops of files may read each other in circles. */
  whole(): Reads {
    const seen = new Set<Reads>([this]);
    const found = new Reads();
    for (const reads of seen) {
      for (const file of reads.files) found.files.add(file);
      for (const one of reads.functions) found.functions.add(one);
      for (const why of reads.unknowns) found.unknowns.add(why);
      for (const { reads: inner } of reads.slots) if (inner !== undefined) seen.add(inner);
    }
    return found;
  }
}
