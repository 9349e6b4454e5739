import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../../../server/src/platform/config/config.js';
import { Environment } from '../../../server/src/platform/config/environment.js';
import { readText, readYaml, withDefaults } from './files.js';

const Service = z.looseObject({
  image: z.string(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  mem_limit: z.string().optional(),
  build: z.string().optional(),
  healthcheck: z
    .looseObject({ test: z.array(z.string()).optional(), disable: z.boolean().optional() })
    .optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  environment: z.record(z.string(), z.unknown()).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  networks: z
    .union([z.array(z.string()), z.record(z.string(), z.object({ ipv4_address: z.string().optional() }))])
    .optional(),
});
const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
});

const compose = readYaml('docker-compose.yml', Compose);
const services = Object.entries(compose.services);
const serviceNamed = (name: string) => {
  const service = compose.services[name];
  if (!service) throw new Error(`there is no service ${name}`);
  return service;
};
const mountsOf = (service: z.output<typeof Service>) =>
  (service.volumes ?? []).map((volume) => {
    const [source = '', target = '', mode] = withDefaults(volume).split(':');
    return { source, target, mode };
  });
const addressOf = (name: string): string | undefined => {
  const { networks } = serviceNamed(name);
  return networks && !Array.isArray(networks) ? networks['app']?.ipv4_address : undefined;
};
const SERVERS = ['server-1', 'server-2'];

describe('docker-compose.yml', () => {
  it('is what the Compose specification allows', () => {
    const path = createRequire(import.meta.url).resolve('dclint/package.json');
    const { $schema: _, ...schema } = JSON.parse(
      readText(path.replace('package.json', 'schemas/compose.schema.json')),
    );
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    validate(parse(readText('docker-compose.yml'), { merge: true }));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('brings a migration, two servers, PostgreSQL, Redis, nginx, Prometheus and Grafana', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      ['secrets', 'migrate', 'postgres', 'redis', ...SERVERS, 'nginx', 'prometheus', 'grafana'].sort(),
    );
  });

  it.each(services)(
    '%s has no more rights than it needs, a bound on memory and a health check',
    (_, service) => {
      expect(service.read_only).toBe(true);
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.security_opt).toContain('no-new-privileges:true');
      expect(service.mem_limit).toMatch(/^\d+[mg]$/);
      expect(service.image).not.toMatch(/:latest$|^[^:]+$/);
      // our own image says USER itself
      if (!service.image.startsWith('wardbell:')) expect(service.user).toMatch(/^(?!root|0)/);
      if (service.healthcheck?.disable === true) return; // it ends
      // and HEALTHCHECK
      if (!service.image.startsWith('wardbell:')) expect(service.healthcheck?.test).toBeDefined();
    },
  );

  it('waits only for what can become healthy or end', () => {
    for (const [, { depends_on = {} }] of services) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const awaited = serviceNamed(name);
        if (condition === 'service_completed_successfully') {
          expect(awaited).toMatchObject({ restart: 'no', healthcheck: { disable: true } });
        } else expect(awaited.healthcheck?.test !== undefined || awaited.build !== undefined).toBe(true);
      }
    }
  });

  it('has the owner’s login in the migration alone, which ends before a server starts', () => {
    const holders = services.filter(
      ([, service]) =>
        mountsOf(service).some(({ source }) => source === 'secrets-owner') ||
        Object.keys(service.environment ?? {}).some((name) => /^DATABASE_URL/.test(name)),
    );
    // one makes the secrets and has no network, the other migrates
    expect(holders.map(([name]) => name).sort()).toEqual(['migrate', 'secrets']);
    for (const name of SERVERS)
      expect(serviceNamed(name).depends_on?.['migrate']).toEqual({
        condition: 'service_completed_successfully',
      });
  });

  it('mounts what is there: files of the repository and volumes that it declares', () => {
    for (const [, service] of services) {
      for (const { source, mode } of mountsOf(service)) {
        if (source.startsWith('.')) {
          expect({ source, exists: existsSync(source) }).toEqual({ source, exists: true });
          expect(mode).toBe('ro');
        } else expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
  });

  it('makes every secret that a service reads, in the volume that it mounts', () => {
    const made = new Map(
      [...readText('deploy/container/secrets.mjs').matchAll(/'([a-z]+)\/([a-z_.]+)'/g)].map(
        ([, folder = '', file = '']) => [`${folder}/${file}`, folder] as const,
      ),
    );
    const read: string[] = [];
    for (const [, service] of services) {
      const volumeAt = new Map(mountsOf(service).map(({ source, target }) => [target, source]));
      const texts = [
        ...Object.values(service.environment ?? {}).map(String),
        ...(service.command ?? []),
        ...(service.healthcheck?.test ?? []),
        ...mountsOf(service)
          .filter(({ source }) => source.startsWith('./') && !source.endsWith('grafana/dashboards'))
          .flatMap(({ source }) => filesOf(source).map(readText)),
      ];
      for (const [, target = '', file] of texts
        .join('\n')
        .matchAll(/(\/run\/(?:secrets|owner))\/([a-z_.]+[a-z])/g)) {
        const path = `${volumeAt.get(target)?.replace('secrets-', '')}/${file}`;
        expect([...made.keys()]).toContain(path);
        read.push(path);
      }
    }
    expect(new Set(read)).toEqual(new Set(made.keys()));
    const written = mountsOf(serviceNamed('secrets'));
    for (const folder of made.values()) {
      expect(written).toContainEqual({
        source: `secrets-${folder}`,
        target: `/secrets/${folder}`,
        mode: undefined,
      });
      expect(readText('Dockerfile')).toContain(`/secrets/${folder}`);
    }
  });

  it.each(SERVERS)('%s exports the audit log to a volume that its user may write to', (name) => {
    const folder = serviceNamed(name).environment?.['AUDIT_ARCHIVE_DIR'];
    expect(mountsOf(serviceNamed(name))).toContainEqual({
      source: 'audit-archive',
      target: folder,
      mode: undefined,
    });
    expect(readText('Dockerfile')).toMatch(new RegExp(`install .*--owner=wardbell[^&]* ${folder}\n`));
  });

  it.each(SERVERS)('%s gets variables that the server knows, and values that it takes', (name) => {
    const { environment = {} } = serviceNamed(name);
    const fromFiles = [...readText('deploy/container/secret-files.mjs').matchAll(/^ {2}'([A-Z_]+)',$/gm)].map(
      ([, variable]) => variable,
    );
    const env: Record<string, string> = { NODE_ENV: 'production' };
    const secrets: Readonly<Record<string, string>> = {
      APP_DATABASE_URL: 'postgresql://wardbell_app:secret@postgres:5432/wardbell',
      AUTH_DATABASE_URL: 'postgresql://wardbell_auth:secret@postgres:5432/wardbell',
      RELAY_DATABASE_URL: 'postgresql://wardbell_relay:secret@postgres:5432/wardbell',
      REDIS_URL: 'redis://:secret@redis:6379',
    };
    for (const [variable, value] of Object.entries(environment)) {
      if (variable === 'NODE_OPTIONS') continue;
      const base = Object.hasOwn(Environment.shape, variable) ? variable : variable.replace(/_FILE$/, '');
      if (base !== variable) expect(fromFiles).toContain(base);
      expect(Object.keys(Environment.shape)).toContain(base);
      env[base] = base === variable ? withDefaults(String(value)) : (secrets[base] ?? 's'.repeat(40));
    }
    const config = loadConfig(env);
    expect(config.production).toBe(true);
    expect(config.trustedProxies).toEqual([addressOf('nginx')]);
  });

  it('lets every name and port meet what listens there', () => {
    const port = /PORT=(\d+)/.exec(readText('Dockerfile'))?.[1];
    expect(serviceNamed('nginx').environment?.['SERVERS']).toBe(
      SERVERS.map((name) => `${addressOf(name)}:${port}`).join(' '),
    );
    const listens: Readonly<Record<string, readonly (string | undefined)[]>> = {
      nginx: [...readText('nginx.conf').matchAll(/^ {4}listen (\d+)/gm)]
        .map(([, number]) => number)
        .reverse(),
      prometheus: ['9090'],
      grafana: ['3000'],
    };
    for (const [name, { ports = [] }] of services) {
      const inside = ports.map((published) => withDefaults(published).split(':').at(-1));
      expect(inside).toEqual(listens[name] ?? []);
    }
    const outside = withDefaults(serviceNamed('nginx').ports?.[0] ?? '').split(':')[0];
    expect(withDefaults(String(serviceNamed('nginx').environment?.['HTTPS_PORT']))).toBe(outside);
    for (const name of ['secrets', ...SERVERS]) {
      expect(withDefaults(String(serviceNamed(name).environment?.['PUBLIC_URL']))).toBe(
        `https://localhost:${outside}`,
      );
    }
    // what watches is for this machine only; what serves is not
    for (const name of ['prometheus', 'grafana']) {
      for (const published of serviceNamed(name).ports ?? []) expect(published).toMatch(/^127\.0\.0\.1:/);
    }
    expect(readText('deploy/prometheus/prometheus.yml').match(/- server-\d:\d+/g)).toEqual(
      SERVERS.map((name) => `- ${name}:${port}`),
    );
    expect(readText('deploy/grafana/provisioning/datasources/prometheus.yml')).toContain(
      `url: http://prometheus:${listens['prometheus']?.[0]}`,
    );
    const secrets = readText('deploy/container/secrets.mjs');
    expect(secrets).toContain('@postgres:5432/wardbell');
    expect(secrets).toContain('@redis:6379');
  });

  it('keeps data and bus away from whoever is published', () => {
    const networksOf = (name: string): string[] => {
      const { networks = [] } = serviceNamed(name);
      return Array.isArray(networks) ? networks : Object.keys(networks);
    };
    expect(compose.networks['data']).toEqual({ internal: true });
    expect(networksOf('postgres')).toEqual(['data']);
    expect(networksOf('redis')).toEqual(['data']);
    for (const [name, { ports = [] }] of services) {
      if (ports.length > 0) expect(networksOf(name)).not.toContain('data');
    }
  });
});

/** A file, or the files of a folder that Compose mounts. */
const filesOf = (source: string): string[] =>
  /\.\w+$/.test(source)
    ? [source]
    : ({
        './deploy/prometheus': ['deploy/prometheus/prometheus.yml', 'deploy/prometheus/alerts.yml'],
        './deploy/grafana/provisioning': [
          'deploy/grafana/provisioning/datasources/prometheus.yml',
          'deploy/grafana/provisioning/dashboards/wardbell.yml',
        ],
      }[source] ?? []);
