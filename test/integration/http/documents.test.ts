import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { endpoints } from '@wardbell/contract';
import { z } from 'zod';
import { server, useServer } from '../../support/fixture.js';

useServer();
const get = (path: string, init: RequestInit = {}) =>
  fetch(`${server.url}${path}`, { redirect: 'manual', ...init });
const OpenApi = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

describe('The documents of the contract', () => {
  it.each(['openapi.json', 'asyncapi.json'])('docs/%s is what the server serves', async (name) => {
    const response = await get(`/api/v1/${name}`);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const kept: unknown = JSON.parse(readFileSync(resolve('docs', name), 'utf8'));
    // stale? node scripts/contract-docs.mjs
    expect(await response.json()).toEqual(kept);
  });

  it('name every endpoint, and nothing else', async () => {
    const { paths } = OpenApi.parse(await (await get('/api/v1/openapi.json')).json());
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const defined = endpoints.map(
      ({ method, path }) => `${method} /api/v1${path.replace(/:(\w+)/g, '{$1}')}`,
    );
    expect(documented.sort()).toEqual(defined.sort());
  });

  it('are readable at /api/docs, from this server alone', async () => {
    const page = await get('/api/docs');
    const html = await page.text();
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(html).not.toMatch(/https?:\/\//);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect((await get(file)).status).toBe(200);
    expect((await get('/api/docs/ui/package.json')).status).toBe(404);
    expect((await get('/api/docs/ui/..%2fpackage.json')).status).toBeGreaterThanOrEqual(400);
  });
});

describe('An answer of the API, whatever it is,', () => {
  it.each([
    ['/health', 200],
    ['/metrics', 200],
    ['/api/v1/openapi.json', 200],
    ['/api/v1/auth/me', 401],
    ['/api/v1/nothing', 404],
    ['/api/v1/%zz', 400],
  ])(
    'runs, loads and frames nothing in a browser, is not guessed and not kept: %s (%i)',
    async (path, status) => {
      const answer = await get(path);
      expect(answer.status).toBe(status);
      const policy = (answer.headers.get('content-security-policy') ?? '').split(';');
      for (const directive of ['default-src', 'object-src', 'base-uri', 'form-action', 'frame-ancestors'])
        expect(policy).toContain(`${directive} 'none'`);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(answer.headers.get('content-type')).toMatch(/; ?charset=utf-8/);
      for (const name of ['server', 'x-powered-by']) expect(answer.headers.has(name)).toBe(false);
    },
  );

  it('repeats no request that comes as TRACE', async () => {
    const { port } = new URL(server.url);
    const text = await new Promise<string>((resolve, reject) => {
      const call = request({
        port,
        method: 'TRACE',
        path: '/api/v1/auth/me',
        headers: { cookie: 'x=canary' },
      });
      call.on('response', (answer) => {
        expect(answer.statusCode).toBeGreaterThanOrEqual(400);
        let body = '';
        answer.on('data', (data) => {
          body += String(data);
        });
        answer.on('end', () => resolve(body));
      });
      call.on('error', reject);
      call.end();
    });
    expect(text).not.toContain('canary');
  });
});

describe('The console', () => {
  const built = existsSync(resolve('admin/out/index.html'));
  const whenBuilt = built ? it : it.skip;

  it('answers at / with a page that nothing may frame', async () => {
    const response = await get('/');
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('x-frame-options')).toBe('DENY');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it.each(['/', '/api/v1/openapi.json', '/api/v1/auth/me'])(
    'gives pages no camera, microphone or place, with every answer: %s',
    async (path) => {
      const policy = (await get(path)).headers.get('permissions-policy') ?? '';
      for (const feature of ['camera=()', 'microphone=()', 'geolocation=()'])
        expect(policy.split(', ')).toContain(feature);
    },
  );

  whenBuilt('runs only the inline scripts that it came with', async () => {
    const response = await get('/');
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? '';
    expect(scripts).not.toContain('unsafe');
    const inline = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
      ([, code]) => code ?? '',
    );
    expect(inline.length).toBeGreaterThan(0);
    for (const code of inline) {
      expect(scripts).toContain(`'sha256-${createHash('sha256').update(code).digest('base64')}'`);
    }
  });

  whenBuilt('lets browsers keep what has a hash in its name, and nothing else', async () => {
    const html = await (await get('/')).text();
    const asset = /src="(\/_next\/static\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
    const response = await get(asset);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-type')).toMatch(/javascript/);
  });

  it.each(['/nothing-here', '/../../etc/passwd', '/..%2f..%2fpackage.json', '/_next/static/nothing.js'])(
    'answers %s with 404',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  it('answers HEAD as GET', async () => {
    const response = await get('/', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});
