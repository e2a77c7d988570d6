/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  // TypeScript 7 has no API of its own yet; Next then calls the compiler's command.
  experimental: { useTypeScriptCli: true },
};

export default config;
