import { Problem } from "@meterr/runtime";

/** Two secrets in force of one organisation never share a name: this index of provider_secrets says so. */
const NAMES = "provider_secrets_name";

/** Turns the violation of that index (SQLSTATE 23505, unique_violation) into an answer; rethrows anything else. */
export function nameTaken(error: unknown): never {
  const taken =
    error instanceof Error &&
    "code" in error &&
    error.code === "23505" &&
    "constraint" in error &&
    error.constraint === NAMES;
  throw taken ? new Problem("name_taken") : error;
}
