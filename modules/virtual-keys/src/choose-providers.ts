import { Problem, type Sql } from "@meterr/runtime";
import { PROVIDERS, type Provider } from "./validators/inputs.ts";

interface Candidate {
  id: string;
  provider: Provider;
  simulated: boolean;
}

export interface ProviderChoice {
  readonly provider: Provider;
  /** Null: the sandbox's own credential, test mode only. */
  readonly providerSecretId: string | null;
}

/**
 * Which provider secret each provider's calls will use. Named ones must be the organisation's own, not revoked, and
 * of the key's mode; where none is named the only one there is is taken, and a choice between several is refused.
 * Throws Problem `provider_secret_unknown`, `provider_secret_ambiguous` or `provider_secret_missing`.
 */
export async function chooseProviders(
  sql: Sql,
  orgId: string,
  mode: "live" | "test",
  named: Partial<Record<Provider, string | undefined>>,
): Promise<ProviderChoice[]> {
  const found = await sql.query<Candidate>(
    `select id, provider, simulated from provider_secrets
     where org_id = $1 and simulated = $2 and revoked_at is null order by created_at`,
    [orgId, mode === "test"],
  );
  const choices: ProviderChoice[] = [];
  for (const provider of PROVIDERS) {
    const candidates = found.rows.filter((candidate) => candidate.provider === provider);
    const wanted = named[provider];
    if (wanted !== undefined) {
      if (!candidates.some((candidate) => candidate.id === wanted)) {
        throw new Problem("provider_secret_unknown", {
          detail: `The ${provider} provider secret named is not one this key can use: it must be in force and of the same mode.`,
          errors: [{ path: `body.provider_secret_ids.${provider}` }],
        });
      }
      choices.push({ provider, providerSecretId: wanted });
      continue;
    }
    const [only, another] = candidates;
    if (another !== undefined) {
      throw new Problem("provider_secret_ambiguous", {
        detail: `There are several ${provider} provider secrets. Name one in provider_secret_ids.${provider}.`,
        errors: [{ path: `body.provider_secret_ids.${provider}` }],
      });
    }
    if (only !== undefined) choices.push({ provider, providerSecretId: only.id });
    else if (mode === "test") choices.push({ provider, providerSecretId: null });
  }
  if (choices.length === 0) {
    throw new Problem("provider_secret_missing");
  }
  return choices;
}
