import type { ModuleCopy } from "../catalogue/catalogue.ts";
import { KeysError } from "../errors.ts";
import { hashOf } from "../files/hash-of.ts";
import { compareVersions, versionIn } from "../files/semver.ts";
import type { LockedModule } from "../lock/lock.ts";
import { editedFiles, ownFiles, type FolderContent } from "./module-folder.ts";

/**
 * - `added`: there was nothing;
 * - `unchanged`: every file is as this version has it;
 * - `repaired`: files of this version were missing, or edited and given up with --force;
 * - `replaced`: another version was there.
 */
export type AddOutcome = "added" | "unchanged" | "repaired" | "replaced";

export interface AddDecision {
  readonly outcome: AddOutcome;
  /** The version that was there. */
  readonly from: string | null;
  readonly there: boolean;
  readonly writesFiles: boolean;
  /** The host's own files in the module's folder, which are kept. */
  readonly ownFiles: readonly string[];
  /** Edited files that --force replaces. */
  readonly lost: readonly string[];
}

/** Throws KeysError `already_there` or `edited_files` rather than overwrite what keys did not write. */
export function decideAdd(
  copy: ModuleCopy,
  content: FolderContent | null,
  locked: LockedModule | undefined,
  force: boolean,
): AddDecision {
  const { slug, version } = copy.manifest;
  const offered = new Map(copy.files.map(({ path, bytes }) => [path, hashOf(bytes)]));
  const from = locked?.version ?? null;
  if (locked !== undefined && !force) refuseOlder(slug, locked.version, version);
  if (content === null || content.size === 0) {
    const outcome = locked === undefined ? "added" : "repaired";
    return { outcome, from, there: content !== null, writesFiles: true, ownFiles: [], lost: [] };
  }
  const same = [...offered].every(([path, hash]) => content.get(path) === hash);
  if (locked === undefined && !same) {
    throw new KeysError("already_there", `modules/${slug} is there already, and keys did not put it there.`, {
      next: `Move it away, or keep it: then it is yours, and "keys verify ${slug}" looks at it all the same.`,
    });
  }
  const known = new Map([...offered].map(([path, hash]) => [path, [hash]]));
  for (const [path, hash] of Object.entries(locked?.files ?? {})) known.set(path, [...(known.get(path) ?? []), hash]);
  const edited = editedFiles(content, known);
  if (edited.length > 0 && !force) {
    throw new KeysError("edited_files", `${slug} has files that were edited since they were added.`, {
      files: edited.map((path) => `modules/${slug}/${path}`),
      next: "Keep the edits elsewhere, then run the command with --force to replace these files.",
    });
  }
  const gone = Object.keys(locked?.files ?? {}).some((path) => !offered.has(path) && content.has(path));
  const writesFiles = !same || gone || edited.length > 0;
  const outcome = from !== null && from !== version ? "replaced" : writesFiles ? "repaired" : "unchanged";
  return { outcome, from, there: true, writesFiles, ownFiles: ownFiles(content, known), lost: edited };
}

function refuseOlder(slug: string, there: string, offered: string): void {
  const [own, other] = [versionIn(there), versionIn(offered)];
  if (own === null || other === null || compareVersions(own, other) <= 0) return;
  throw new KeysError("already_there", `${slug} ${there} is newer than the ${offered} this version of keys brings.`, {
    next: "Use the newer @meterr/keys, or go back on purpose with --force.",
  });
}
