const REASONS: Readonly<Record<string, string>> = {
  budget_exceeded:
    "The call could have cost more than is left of a limit, so it was not made. Raise the limit, or ask for fewer tokens.",
  model_not_allowed: "This virtual key may not call this model.",
  model_unpriced:
    "No price is known for this model, so its cost could not be bounded. An administrator can set one in Settings.",
  not_metered: "The request asks for something whose cost cannot be bounded, which a limit does not allow.",
  key_expired: "The virtual key has expired.",
  key_revoked: "The virtual key was revoked.",
  rate_limited: "Too many calls at once. The application may try again.",
  body_too_large: "The request was larger than the gateway takes.",
  destination_refused: "The operator does not allow the address this provider secret is sealed for.",
  upstream_unreachable: "The provider could not be reached. Nothing is charged.",
  upstream_timeout: "The provider did not answer in time.",
  ledger_unavailable: "Limits could not be checked, so the call was not made.",
};

/** Why the gateway turned a call away, and what to do. */
export function reasonOf(code: string): string {
  return REASONS[code] ?? "The gateway turned this call away before it was made.";
}
