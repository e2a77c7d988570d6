import { randomBytes } from "node:crypto";
import type { Machine } from "./machine.ts";

export interface Owner {
  readonly email: string;
  readonly password: string;
}

/** Becomes the machine's first owner with `meterr setup`. */
export async function becomeOwner(machine: Machine): Promise<Owner> {
  const owner = { email: "ada@example.com", password: randomBytes(18).toString("hex") };
  await machine.json(
    ["setup", "--email", owner.email, "--name", "Ada", "--organisation", "Analytical Engines", "--password-stdin"],
    `${owner.password}\n`,
  );
  return owner;
}
