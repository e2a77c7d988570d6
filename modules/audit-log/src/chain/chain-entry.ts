/** One entry as the chain sees it: every column that is hashed, in the form in which it is hashed. */
export interface ChainEntry {
  readonly org: string;
  /** Counted from 1 for each organisation. */
  readonly seq: bigint;
  readonly id: string;
  /** Whole microseconds since 1970 UTC. */
  readonly atMicros: bigint;
  readonly actorKind: string;
  readonly actorId: string;
  readonly actorLabel: string;
  readonly action: string;
  readonly subjectType: string;
  readonly subjectId: string;
  /** PostgreSQL's text of the jsonb value. */
  readonly details: string;
  readonly requestId: string;
  readonly address: string;
  /** SHA-256, 64 hex digits in lower case. */
  readonly prevHash: string;
  readonly hash: string;
}

/** Where entries come from, in the order of their numbers. */
export interface ChainReader {
  /** The entries above `seq`, at most `limit` of them; none once the end is reached. */
  after(seq: bigint, limit: number): Promise<readonly ChainEntry[]>;
}
