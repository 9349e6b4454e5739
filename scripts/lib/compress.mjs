import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * Writes a `.gz` file next to each text file of a static export, so that responses are compressed once and not for each
 * request.
 */

const TEXT = /\.(?:js|css|svg|txt|json)$/;
/** Smaller files fit into one packet anyway. */
const MIN_BYTES = 1_400;

const folder = process.argv[2] ?? '.';
/** Marks a compressed export. The next build removes it together with the export. */
const MARK = '.compressed';
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !TEXT.test(entry.name)) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const bytes = readFileSync(path);
  if (bytes.length >= MIN_BYTES) writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
writeFileSync(join(folder, MARK), '');
