import type { Slot } from "./scope.ts";

/** What was read to arrive at something: files, and names at the tops of files with all that those read in turn. */
export class Reads {
  readonly files = new Set<string>();
  readonly slots = new Set<Slot>();

  /** Every file it goes back to. Tops of files may read each other in circles. */
  all(): ReadonlySet<string> {
    const found = new Set(this.files);
    const seen = new Set<Reads>([this]);
    for (const reads of seen) {
      if (reads !== this) for (const file of reads.files) found.add(file);
      for (const { reads: inner } of reads.slots) if (inner !== undefined) seen.add(inner);
    }
    return found;
  }
}
