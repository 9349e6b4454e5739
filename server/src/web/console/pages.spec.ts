import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readExport } from './pages.js';

const hash = (script: string) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

describe('The exported console', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wardbell-console-'));
    mkdirSync(join(folder, '_next/static'), { recursive: true });
    mkdirSync(join(folder, 'tenants'));
    writeFileSync(join(folder, 'index.html'), '<script>one()</script><script src="/a.js" async=""></script>');
    writeFileSync(join(folder, 'patients.html'), '<script type="module">\ntwo()\n</script>');
    writeFileSync(join(folder, 'tenants/index.html'), '<p></p>');
    writeFileSync(join(folder, '404.html'), '<p></p>');
    writeFileSync(join(folder, '_next/static/a.js'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has its pages at the paths that people type', () => {
    expect([...(readExport(folder)?.pages.keys() ?? [])].sort()).toEqual([
      '/',
      '/404',
      '/patients',
      '/tenants',
    ]);
    expect(readExport(folder)?.assets).toEqual(new Set(['_next/static/a.js']));
  });

  it('allows each page its own inline scripts and no other’s', () => {
    const pages = readExport(folder)?.pages;
    const scripts = (path: string) =>
      /script-src ([^;]*)/.exec(pages?.get(path)?.contentSecurityPolicy ?? '')?.[1];
    expect(scripts('/')).toBe(`'self' ${hash('one()')}`);
    expect(scripts('/patients')).toBe(`'self' ${hash('\ntwo()\n')}`);
    expect(scripts('/tenants')).toBe("'self'");
  });

  it('is not there where it was not built', () => {
    expect(readExport(join(folder, 'nowhere'))).toBeNull();
  });
});
