import { Problem } from "@meterr/runtime";

/** Turns the unique violation (SQLSTATE 23505) of a name into an answer; rethrows anything else. */
export function nameTaken(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "23505") {
    throw new Problem("name_taken");
  }
  throw error;
}
