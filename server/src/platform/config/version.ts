import { readFileSync } from 'node:fs';

/** The same relative path is correct from the source and from the build output, which are equally deep. */
const PACKAGE = new URL('../../../package.json', import.meta.url);

const read = (): string => {
  const content: unknown = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  const isPackage = (value: unknown): value is { version: string } =>
    typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'string';
  if (!isPackage(content)) throw new TypeError('server/package.json has no version');
  return content.version;
};

/** Version of this server. */
export const VERSION = read();
