import type { Provider } from "@/api/answers.ts";
import { PROVIDER_NAMES } from "@/format/providers.ts";

/** The provider's name beside its one colour. */
export function ProviderName({ provider }: { readonly provider: Provider }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <svg viewBox="0 0 8 8" width="8" height="8" aria-hidden="true">
        <rect width="8" height="8" rx="2" fill={`var(--${provider}-1)`} />
      </svg>
      {PROVIDER_NAMES[provider]}
    </span>
  );
}
