/**
 * Users, as far as this module needs them; `Identity` of @meterr/identity fits. Refusals reject with IdentityError,
 * whose codes decide what the client is told.
 */
export interface Users {
  createUser(user: { email: string; password: string; name: string }): Promise<{ readonly id: string }>;
  findUserByEmail(email: string): Promise<{ readonly id: string } | null>;
  findUser(userId: string): Promise<{ readonly id: string; readonly email: string; readonly name: string } | null>;
  /** False when there was none. */
  deleteUser(userId: string): Promise<boolean>;
  /** Verifies a password under the limits of signing in. `setCookies` hold the session it opened. */
  signIn(input: {
    email: string;
    password: string;
    address: string;
  }): Promise<{ readonly userId: string; readonly setCookies: readonly string[] }>;
}
