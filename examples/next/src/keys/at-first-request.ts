type Handler = (request: Request) => Promise<Response>;

/** Makes a handler when somebody first asks: Next imports routes while it builds, where no setting is set. */
export function atFirstRequest(make: () => Handler): Handler {
  let made: Handler | undefined;
  return async (request) => (made ??= make())(request);
}
