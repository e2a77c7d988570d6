/** The one PostgreSQL server of a test run. */
export interface TestDatabase {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Tests that need a database start their own until the run provides one. */
export async function startDatabase(): Promise<TestDatabase> {
  return { environment: {}, stop: () => Promise.resolve() };
}
