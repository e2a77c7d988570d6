import { MAX_PASSWORD_LENGTH, ROLES } from "@meterr/identity";
import { z } from "zod";

const name = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .refine((value) => !/[\p{Cc}\p{Cf}]/u.test(value));

const email = z.string().trim().toLowerCase().pipe(z.email().max(320));

/** Bounded only: what makes a password good enough is the identity library's to say. */
const password = z.string().min(1).max(MAX_PASSWORD_LENGTH);

/** 32 random bytes in base64url, as the machine prints it and an invitation's link carries it. */
const oneTimeToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const role = z.enum(ROLES);

export const setupInput = z.strictObject({
  setup_token: oneTimeToken,
  organisation: name,
  name,
  email,
  password,
  /** Whether to answer with an API token for the operator, as `meterr setup` keeps it. */
  operator_token: z.boolean().default(false),
});

export const inviteInput = z.strictObject({ email, name, role });

export const acceptInput = z.strictObject({ token: oneTimeToken, name: name.optional(), password });

export const joinInput = z.strictObject({ token: oneTimeToken });

export const roleInput = z.strictObject({ role });

export const apiTokenInput = z.strictObject({
  name,
  expires_at: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .optional(),
});

export const idParams = z.strictObject({ id: z.uuid() });

/** Selects one of the caller's organisations, as on every other route. */
export const tenantHeader = z.object({ "x-tenant-id": z.string().max(64).optional() });

export const membersQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(100),
  cursor: z.string().max(200).optional(),
});

export const apiTokensQuery = z.strictObject({ include_revoked: z.enum(["true", "false"]).default("false") });
