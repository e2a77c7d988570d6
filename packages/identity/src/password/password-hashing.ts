/** How passwords become what is kept, and are compared with it. */
export interface PasswordHashing {
  hash(password: string): Promise<string>;
  verify(asked: { readonly hash: string; readonly password: string }): Promise<boolean>;
}
