/** What people call what requests name by id. */
export interface Names {
  readonly keys: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, string>>;
}
