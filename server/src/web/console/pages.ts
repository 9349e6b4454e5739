import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A page of the exported console. It is kept in memory, so that it always matches the policy computed from it. */
export interface Page {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

export interface Export {
  /** By URL path: `/`, `/patients`, … */
  readonly pages: ReadonlyMap<string, Page>;
  /** Paths of the other files, relative to the export folder. */
  readonly assets: ReadonlySet<string>;
}

/** Reads the console's static export. Null when it was not built. */
export function readExport(folder: string): Export | null {
  const files = listFiles(folder);
  if (!files.includes('index.html')) return null;
  const pages = new Map<string, Page>();
  const assets = new Set<string>();
  for (const file of files) {
    if (file.endsWith('.html')) pages.set(urlPathOf(file), toPage(readFileSync(join(folder, file), 'utf8')));
    else assets.add(file);
  }
  return { pages, assets };
}

const listFiles = (folder: string): string[] => {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  } catch {
    return []; // the console was not built
  }
};

const urlPathOf = (file: string): string =>
  `/${file.replace(/\.html$/, '').replace(/(^|\/)index$/, '')}`.replace(/(.)\/$/, '$1');

const toPage = (html: string): Page => ({ html, contentSecurityPolicy: pagePolicy(inlineScripts(html)) });

/** Inline scripts of a page; those with `src` are covered by `'self'`. */
const inlineScripts = (html: string): string[] =>
  [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)]
    .filter(([, attributes = '']) => !/\bsrc\s*=/i.test(attributes))
    .map(([, , script = '']) => script);

/**
 * Allows our own files and exactly these inline scripts. Inline styles are allowed, because Mantine writes them and
 * they cannot run code.
 */
export const pagePolicy = (scripts: readonly string[]): string => {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'self'",
    ["script-src 'self'", ...new Set(hashes)].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
};
