import { fileURLToPath } from "node:url";

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  reactStrictMode: true,
  // Pages are answered per visitor and never kept; there is nothing to optimise or revalidate at run time.
  images: { unoptimized: true },
  compress: false,
  devIndicators: false,
  // Types are checked by `npm run check`; the build has one job.
  typescript: { ignoreBuildErrors: true },
  experimental: { useTypeScriptCli: true },
  turbopack: { root: fileURLToPath(new URL("../..", import.meta.url)) },
};

export default config;
