import { resolve } from 'node:path';
import type { NextConfig } from 'next';
import { PHASE_DEVELOPMENT_SERVER } from 'next/constants';

/** Where `next dev` finds the API; a build knows no address, it is served by the server itself. */
const apiUrl = process.env.WARDBELL_URL ?? 'http://localhost:8000';

const config = (phase: string): NextConfig => ({
  trailingSlash: true,
  poweredByHeader: false,
  reactStrictMode: true,
  // Pages are static: what was fetched of a room is good for as long as this page lives. Seconds.
  experimental: { staleTimes: { static: 86_400, dynamic: 86_400 } },
  turbopack: { root: resolve(import.meta.dirname, '..') },
  ...(phase === PHASE_DEVELOPMENT_SERVER
    ? {
        skipTrailingSlashRedirect: true,
        rewrites: async () => [
          { source: '/api/:path*', destination: `${apiUrl}/api/:path*` },
          { source: '/ws/:topic*', destination: `${apiUrl}/ws/:topic*` },
        ],
      }
    : { output: 'export' as const }),
});

export default config;
