import type { Authenticator } from "../authenticator.ts";
import type { Membership, PrincipalKind } from "../principal.ts";
import { deliveryForTest } from "./delivery-for-test.ts";

export interface TestPerson {
  readonly id: string;
  readonly memberships: readonly Membership[];
}

export interface TestAuthenticator extends Authenticator {
  /** While true, looking a credential up throws. */
  broken: boolean;
}

/** Knows the people it is given by `x-test-credential: <name>`. */
export function authenticatorForTest(
  people: Readonly<Record<string, TestPerson>>,
  kind: PrincipalKind = "api_token",
): TestAuthenticator {
  return {
    name: "test",
    kind,
    broken: false,
    presents: (request) => request.headers.has("x-test-credential"),
    async authenticate(request) {
      if (this.broken) throw new Error("planted fault: identity");
      const name = request.headers.get("x-test-credential") ?? "";
      const person = Object.hasOwn(people, name) ? people[name] : undefined;
      if (person === undefined) return null;
      const delivery = kind === "webhook" ? { delivery: deliveryForTest(request.headers.get("x-test-delivery")) } : {};
      return { kind, label: name, ...delivery, ...person };
    },
  };
}
