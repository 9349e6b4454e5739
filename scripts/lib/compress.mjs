import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * Writes a `.gz` beside each text file of a static export, once and not for each request. A clinic's Wi-Fi is
 * slower than its server's disk.
 */

const TEXT = /\.(?:js|css|svg|txt|json)$/;
/** Smaller files fit into one packet anyway. */
const MIN_BYTES = 1_400;

const folder = process.argv[2] ?? '.';
/** Says that it was done; the next build removes it with the rest. */
const MARK = '.compressed';
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !TEXT.test(entry.name)) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const bytes = readFileSync(path);
  if (bytes.length >= MIN_BYTES) writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
writeFileSync(join(folder, MARK), '');
