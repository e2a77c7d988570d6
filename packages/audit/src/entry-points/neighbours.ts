/** What an entry point, or one that stands beside it in the same router or class, asks of its caller's rights. */
export interface Asked {
  readonly method: string | null;
  /** Names of the guards that ask for a role, a scope or a permission. */
  readonly guards: readonly string[];
  /** Names of the guards that verify a signature. */
  readonly signatures: readonly string[];
}

export interface Neighbours {
  readonly own: Asked;
  readonly others: readonly Asked[];
}

/** `requireRole`, `withRequiredScope`, `RequiresTeamRole`: asks for more than to be known. */
export const ASKS_RIGHTS =
  /roles?(?![a-z])|permission|scopes?(?![a-z])|polic(?:y|ies)|privilege|ability|^(?:allow|permit|permits|restrictTo|grant|acl|only)$/i;

/** `twilioSigned`, `verifySlackSignature`, `WebhookGuard`: asks whether the call comes from whom it says. */
export const VERIFIES_SENDER =
  /signed(?![a-z])|signature|hmac|svix|web-?hook\w*(?:auth|guard|verif|valid|check)|(?:verif|valid|check|require|ensure|from|only)\w*(?:web-?hook|twilio|slack|stripe|github|shopify|telegram|discord|sns)|^webhook$/i;

/** A neighbour is guarded from calls that its sender did not sign, and this is not: the guard's name, or null. */
export function guardOfSigned({ own, others }: Neighbours): string | null {
  if (own.signatures.length > 0) return null;
  return others.find((one) => one.signatures.length > 0)?.signatures[0] ?? null;
}

const HARM: Readonly<Record<string, number>> = { GET: 0, HEAD: 0, OPTIONS: 0, POST: 1, PATCH: 2, PUT: 2, DELETE: 3 };

/** All the others that change anything ask for a right: what asks for none is the odd one out. */
export function isOddOne({ others }: Neighbours): boolean {
  return others.every(({ method, guards }) => guards.length > 0 || (HARM[method ?? ""] ?? 0) === 0);
}

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
