/** Names of browsers, other runtimes and module systems that are there without being declared, beside those of Node.js. */
const ELSEWHERE =
  /^(?:window|document|self|frames|parent|top|location|history|localStorage|sessionStorage|alert|confirm|prompt|requestAnimationFrame|cancelAnimationFrame|requestIdleCallback|matchMedia|getComputedStyle|scrollTo|IntersectionObserver|MutationObserver|ResizeObserver|XMLHttpRequest|FileReader|Image|Audio|Option|Notification|Worker|SharedWorker|HTML\w*|SVG\w*|Element|Node|\w*Event|Deno|Bun|EdgeRuntime|HTMLRewriter|WebSocketPair|caches|require|module|exports|__dirname|__filename|arguments|this|describe|it|test|expect|beforeEach|afterEach|beforeAll|afterAll|jest|vi|React|JSX|\$|jQuery|undefined|NaN|Infinity)$/;

/** Is a name that nobody declares one of the platform's own? */
export function isPlatformGlobal(name: string): boolean {
  return Object.hasOwn(globalThis, name) || ELSEWHERE.test(name);
}
