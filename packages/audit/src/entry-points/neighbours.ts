/** What an entry point, or one that stands beside it in the same router or class, asks of its caller's rights. */
export interface Asked {
  readonly method: string | null;
  /** Names of the guards that ask for a role, a scope or a permission. */
  readonly guards: readonly string[];
}

export interface Neighbours {
  readonly own: Asked;
  readonly others: readonly Asked[];
}

/** `requireRole`, `withRequiredScope`, `RequiresTeamRole`: asks for more than to be known. */
export const ASKS_RIGHTS = /roles?(?![a-z])|permission|scopes?(?![a-z])|polic(?:y|ies)|privilege|ability/i;

const HARM: Readonly<Record<string, number>> = { GET: 0, HEAD: 0, OPTIONS: 0, POST: 1, PATCH: 2, PUT: 2, DELETE: 3 };

/** Something of no more consequence asks for a right, and this asks for none: the guard's name, or null. */
export function guardOfMilder({ own, others }: Neighbours): string | null {
  const harm = HARM[own.method ?? ""] ?? 0;
  if (own.guards.length > 0 || harm === 0) return null;
  for (const { method, guards } of others) {
    const [first] = guards;
    if (first !== undefined && (HARM[method ?? ""] ?? 4) <= harm) return first;
  }
  return null;
}
