import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** What docker-compose.yml uses of the Compose specification. A key that is not here fails, and is added. */
const Service = z.strictObject({
  image: z.string(),
  build: z.string().optional(),
  user: z.string().optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) }),
    )
    .default({}),
  healthcheck: z
    .union([
      z.strictObject({ disable: z.literal(true) }),
      z.strictObject({
        test: z.array(z.string()),
        interval: z.string(),
        timeout: z.string(),
        retries: z.number(),
        start_period: z.string().optional(),
      }),
    ])
    .optional(),
  restart: z.enum(['no', 'unless-stopped']),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  pids_limit: z.number(),
  mem_limit: z.string(),
  shm_size: z.string().optional(),
  ulimits: z.record(z.string(), z.number()).default({}),
  sysctls: z.record(z.string(), z.number()).default({}),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  stop_signal: z.string().optional(),
  stop_grace_period: z
    .string()
    .regex(/^\d+s$/)
    .default('10s'),
  network_mode: z.literal('none').optional(),
  networks: z
    .union([
      z.array(z.string()).transform((names) => Object.fromEntries(names.map((name) => [name, {}]))),
      z.record(z.string(), z.strictObject({ ipv4_address: z.string().optional() })),
    ])
    .pipe(z.record(z.string(), z.object({ ipv4_address: z.string().optional() })))
    .default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
});
export type Service = z.output<typeof Service>;

const ComposeFile = z.looseObject({
  services: z.record(z.string(), Service),
  networks: z.record(
    z.string(),
    z.strictObject({
      internal: z.boolean().optional(),
      ipam: z.strictObject({ config: z.tuple([z.strictObject({ subnet: z.string() })]) }).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.strictObject({})),
});
export type ComposeFile = z.output<typeof ComposeFile>;

/** Replaces `${NAME:-default}` and `$$`, as Compose does before it reads the file. */
export const interpolate = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(/\$\$|\$\{(\w+):-([^}]*)\}/g, (match, name: string, fallback: string) =>
    match === '$$' ? '$' : env[name] || fallback,
  );

export const readComposeFile = (path: string, env: Readonly<Record<string, string>>): ComposeFile =>
  ComposeFile.parse(parse(interpolate(readFileSync(path, 'utf8'), env), { merge: true }));
