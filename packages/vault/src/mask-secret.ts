import { Secret } from "./secret.ts";

/** Six and four of fewer than twenty would reveal too much of what remains to be guessed. */
const MIN_LENGTH_SHOWN = 20;

/** The form people may see: first six … last four characters, or `****` when there are fewer than twenty. */
export function maskSecret(secret: Secret | string): string {
  const characters = Array.from(Secret.isSecret(secret) ? secret.reveal() : secret);
  if (characters.length < MIN_LENGTH_SHOWN) return "****";
  return `${characters.slice(0, 6).join("")}…${characters.slice(-4).join("")}`;
}
