import { InvalidArgumentError } from "commander";

/** An amount of dollars. Stays text all the way: it is never a float. */
export function amount(text: string): string {
  if (!/^[0-9]{1,9}(\.[0-9]{1,9})?$/.test(text) || /^[0.]+$/.test(text)) {
    throw new InvalidArgumentError("It must be an amount in dollars above zero with at most nine decimals, e.g. 0.01.");
  }
  return text;
}
