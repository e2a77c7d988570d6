"use client";

import type { ProviderSecret } from "@/api/answers.ts";
import { ConfirmByName } from "@/components/form/confirm-by-name.tsx";

interface RevokeSecretProps {
  readonly secret: ProviderSecret;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function RevokeSecret({ secret, onClose, onDone }: RevokeSecretProps) {
  return (
    <ConfirmByName
      title="Revoke this provider secret"
      name={secret.name}
      verb="Revoke"
      path={`/api/v1/provider-secrets/${secret.id}`}
      onClose={onClose}
      onDone={onDone}
    >
      <p>
        Within a second no call uses it any more, calls under way are ended, and its sealed versions are destroyed.
        Every virtual key that depends on it stops working for this provider.
      </p>
      <p className="text-muted">It stays valid at the provider until you revoke it there too.</p>
    </ConfirmByName>
  );
}
