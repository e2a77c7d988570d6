export interface MintChoice {
  readonly name: string;
  readonly mode: "live" | "test";
  /** US dollars as typed; empty for no limit. */
  readonly limit: string;
  /** Model names separated by commas or spaces; empty for all. */
  readonly models: string;
  readonly expiresInDays: string;
  readonly secretIds: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const DAY = 86_400_000;

/** What the API is sent of a filled-in form: what was left empty is left out. */
export function mintBody(choice: MintChoice): Record<string, unknown> {
  const models = choice.models.split(/[\s,]+/).filter((model) => model !== "");
  const limit = choice.limit.trim();
  const days = Number(choice.expiresInDays);
  return {
    name: choice.name,
    mode: choice.mode,
    ...(limit === "" ? {} : { limit_usd: limit }),
    ...(models.length === 0 ? {} : { allowed_models: [...new Set(models)] }),
    ...(days > 0 ? { expires_at: new Date(choice.now() + days * DAY).toISOString() } : {}),
    ...(Object.keys(choice.secretIds).length === 0 ? {} : { provider_secret_ids: choice.secretIds }),
  };
}
