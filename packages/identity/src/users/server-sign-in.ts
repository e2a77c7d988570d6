import { ADDRESS_HEADER, BASE_PATH } from "../library/library-options.ts";
import { IdentityError } from "../errors.ts";

export interface SignInInput {
  readonly email: string;
  readonly password: string;
  /** The client's address, as the limits count it. */
  readonly address: string;
  readonly userAgent?: string;
}

export interface SignedIn {
  readonly userId: string;
  /** `Set-Cookie` values for the client; they hold the session. */
  readonly setCookies: readonly string[];
}

/** Signs in on the server through `surface`, the HTTP surface as if asked by this site itself, so that every gate holds. */
export function serverSignIn(surface: (request: Request) => Promise<Response>, origin: string) {
  return async ({ email, password, address, userAgent = "" }: SignInInput): Promise<SignedIn> => {
    const response = await surface(
      new Request(`${origin}${BASE_PATH}/sign-in/email`, {
        method: "POST",
        headers: { origin, "content-type": "application/json", "user-agent": userAgent, [ADDRESS_HEADER]: address },
        body: JSON.stringify({ email, password }),
      }),
    );
    if (response.status === 429) {
      throw new IdentityError("sign_in_limited", { retryAfterSeconds: Number(response.headers.get("retry-after")) });
    }
    if (response.status >= 500) throw new IdentityError("identity_unavailable");
    if (!response.ok) throw new IdentityError("credentials_invalid");
    const userId = userIdOf(await response.json());
    if (userId === null) throw new IdentityError("two_factor_required");
    return { userId, setCookies: response.headers.getSetCookie() };
  };
}

function userIdOf(body: unknown): string | null {
  const user: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "user") : null;
  const id: unknown = typeof user === "object" && user !== null ? Reflect.get(user, "id") : null;
  return typeof id === "string" ? id : null;
}
