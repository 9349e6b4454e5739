import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.js';
import { eventually } from '../../support/wait.js';

/** A running nginx with the nginx.conf of this repository. */
export interface Nginx {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `ws://127.0.0.1:<port>/ws` */
  readonly wsUrl: string;
  /** Its folder. */
  readonly dir: string;
  /** Everything that it has logged. */
  logs(): string;
  /** Makes it read its configuration again, as after a change of it, and waits for the new worker. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

export interface TlsNginx extends Nginx {
  /** Of the server without TLS, which redirects. */
  readonly plainUrl: string;
  /** PEM, for clients to trust. */
  readonly certificate: string;
  /** Where an ACME client lays down its proof. */
  readonly acmeRoot: string;
}

/** Replaces what must be there exactly once, so that the file and this test cannot drift apart. */
const replace = (text: string, from: string, to: string): string => {
  if (text.split(from).length !== 2) throw new Error(`nginx.conf does not have "${from}" exactly once`);
  return text.replace(from, () => to);
};

const MAKE_CERTIFICATE = `
  import { provideCertificate } from './deploy/container/certificate.mjs';
  await provideCertificate(process.argv[1], 'https://localhost');`;

/** Where nginx puts bodies that do not fit into memory; only root may write where Debian builds it to. */
const temporaryPaths = (dir: string): string =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(dir, name)};`)
    .join(' ');

const REDIRECT = /\n {2}# Without TLS there is nothing.*(?:\n.+)*?\n {2}\}\n/;
const TLS_LISTEN = '\n    listen 443 ssl default_server;';

/**
 * Starts it in front of servers, in a folder of its own, without TLS, as behind a load balancer that ends it: no redirect,
 * and no certificate.
 */
export const startNginx = (...upstreamPorts: readonly number[]): Promise<Nginx> =>
  launch(upstreamPorts, (conf, _, port) => {
    if (!REDIRECT.test(conf)) throw new Error('nginx.conf does not have the redirect');
    const plain = conf.replace(REDIRECT, '').replaceAll(/^ {4}ssl_.*\n/gm, '');
    return replace(plain, TLS_LISTEN, `\n    listen 127.0.0.1:${port} default_server;`);
  });

/** Starts it as the file is, with a certificate of its own. Only ports and paths differ from production. */
export async function startTlsNginx(...upstreamPorts: readonly number[]): Promise<TlsNginx> {
  const plainPort = await freePort();
  let certificate = '';
  const nginx = await launch(upstreamPorts, (conf, dir, port) => {
    // its workers are another user, who reads the proof
    chmodSync(dir, 0o755);
    execFileSync(process.execPath, ['--input-type=module', '--eval', MAKE_CERTIFICATE, dir]);
    certificate = readFileSync(join(dir, 'fullchain.pem'), 'utf8');
    let tls = replace(
      conf,
      '\n    listen 80 default_server;',
      `\n    listen 127.0.0.1:${plainPort} default_server;`,
    );
    tls = replace(tls, TLS_LISTEN, `\n    listen 127.0.0.1:${port} ssl default_server;`);
    return tls.replaceAll('/etc/nginx/tls', dir).replaceAll('/var/www/acme', join(dir, 'acme'));
  });
  const url = nginx.url.replace('http:', 'https:');
  return {
    ...nginx,
    url,
    wsUrl: nginx.wsUrl.replace('ws:', 'wss:'),
    plainUrl: `http://127.0.0.1:${plainPort}`,
    certificate,
    acmeRoot: join(nginx.dir, 'acme'),
  };
}

async function launch(
  upstreamPorts: readonly number[],
  configure: (conf: string, dir: string, port: number) => string,
): Promise<Nginx> {
  const dir = mkdtempSync(join(tmpdir(), 'wardbell-nginx-'));
  const port = await freePort();
  let conf = configure(readFileSync('nginx.conf', 'utf8'), dir, port);
  const upstream = /^ {4}server 127\.0\.0\.1:8000 (.*)$/m.exec(conf)?.[1] ?? 'of nginx.conf is not there';
  const upstreams = upstreamPorts.map((upstreamPort) => `    server 127.0.0.1:${upstreamPort} ${upstream}`);
  conf = replace(conf, `    server 127.0.0.1:8000 ${upstream}`, upstreams.join('\n'));
  conf = replace(conf, '\npid /run/nginx.pid;', `\npid ${join(dir, 'nginx.pid')};`);
  conf = replace(conf, '\nhttp {', `\nhttp { ${temporaryPaths(dir)}`);
  conf = conf.replaceAll('/var/log/nginx/', `${dir}/`);
  const file = join(dir, 'nginx.conf');
  writeFileSync(file, conf);

  const child: ChildProcess = spawn('nginx', ['-p', dir, '-c', file, '-g', 'daemon off;'], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const logs = () =>
    ['access.log', 'error.log']
      .map((name) => join(dir, name))
      .map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''))
      .join('');
  await eventually(() => isListening(port), { what: 'nginx listening' }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${String(error)}\n${logs()}`);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}/ws`,
    dir,
    logs,
    reload: async () => {
      const before = new Set(workersOf(child));
      child.kill('SIGHUP');
      await eventually(() => workersOf(child).some((pid) => !before.has(pid)), { what: 'a new worker' });
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const workersOf = ({ pid }: ChildProcess): string[] =>
  execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .trim()
    .split('\n');

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
