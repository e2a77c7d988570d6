const TESTS =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|e2e|specs?|fixtures|testing|cypress|playwright|\.storybook|stories)\/|\.(?:test|spec|stories|e2e|bench)\.[cm]?[jt]sx?$/;

/** Code that is run by developers only; what it does wrong reaches nobody. */
export function isTest(path: string): boolean {
  return TESTS.test(path);
}
