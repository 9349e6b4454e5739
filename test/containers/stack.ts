import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { eventually } from '../support/wait.js';
import { wholeName } from './base-images.js';
import { type ComposeFile, readComposeFile, type Service } from './compose-file.js';
import type { Engine, Result } from './engine.js';
import { readHardLimits } from './hard-limits.js';

/** The first start makes a cluster of PostgreSQL and seeds three clinics. */
const HEALTHY_MS = 180_000;
const Healthcheck = z.object({ Test: z.array(z.string()) }).nullish();

/**
 * The services of docker-compose.yml, run one by one with `docker` or `podman` as Compose would run them, because
 * Compose itself is not on every machine. Left out: `restart` (a service that ends is a failure here) and
 * `logging`. Addresses of services are written to their hosts file, since not every Podman has name resolution.
 */
export class Stack {
  readonly #file: ComposeFile;
  readonly #started: string[] = [];
  /** Addresses by network and service. */
  readonly #addresses = new Map<string, Map<string, string>>();
  readonly #limits = readHardLimits();

  constructor(
    private readonly engine: Engine,
    /** Prefix of everything that it makes. */
    readonly project: string,
    path: string,
    env: Readonly<Record<string, string>>,
    /** Images that stand for those of the file. */
    private readonly images: Readonly<Record<string, string>>,
  ) {
    this.#file = readComposeFile(path, env);
    this.#assignAddresses();
  }

  get services(): readonly string[] {
    return Object.keys(this.#file.services);
  }

  service(name: string): Service {
    const service = this.#file.services[name];
    if (service === undefined) throw new Error(`there is no service ${name}`);
    return service;
  }

  container(name: string): string {
    return `${this.project}-${name}`;
  }

  network(name: string): string {
    return `${this.project}_${name}`;
  }

  volume(name: string): string {
    return `${this.project}_${name}`;
  }

  /** Of a service in one of its networks. */
  address(network: string, name: string): string {
    const address = this.#addresses.get(network)?.get(name);
    if (address === undefined) throw new Error(`${name} is not in the network ${network}`);
    return address;
  }

  /** Makes networks and volumes. */
  async create(): Promise<void> {
    for (const [name, { internal, ipam }] of Object.entries(this.#file.networks)) {
      const subnet = ipam?.config[0].subnet ?? this.#subnetOf(name);
      const flags = internal === true ? ['--internal'] : [];
      await this.engine.run('network', 'create', ...flags, '--subnet', subnet, this.network(name));
    }
    for (const name of Object.keys(this.#file.volumes)) {
      await this.engine.run('volume', 'create', `${this.project}_${name}`);
    }
  }

  /** Starts a service after those that it depends on; returns when it is healthy, or has ended if it should. */
  async start(name: string): Promise<void> {
    if (this.#started.includes(name)) return;
    const service = this.service(name);
    for (const [other, { condition }] of Object.entries(service.depends_on)) {
      await this.start(other);
      if (condition === 'service_completed_successfully') await this.#completed(other);
    }
    this.#started.push(name);
    await this.engine.run('create', ...this.#createArgs(name, service));
    const [, ...further] = Object.keys(service.networks);
    for (const network of further) {
      const address = this.#addresses.get(network)?.get(name);
      const ip = address === undefined ? [] : ['--ip', address];
      await this.engine.run('network', 'connect', ...ip, this.network(network), this.container(name));
    }
    await this.engine.run('start', this.container(name));
    await this.#healthy(name, service);
  }

  /** Starts a service that ends by itself, after those that it depends on, and waits for its end. */
  async complete(name: string): Promise<void> {
    await this.start(name);
    await this.#completed(name);
  }

  /** Runs a program in a service. */
  exec(name: string, ...command: readonly string[]): Promise<Result> {
    return this.engine.attempt('exec', this.container(name), ...command);
  }

  /** Stops a service in its own way; answers its exit code. */
  async stop(name: string): Promise<number> {
    const seconds = this.service(name).stop_grace_period.replace('s', '');
    await this.engine.run('stop', '--time', seconds, this.container(name));
    return this.exitCode(name);
  }

  restart(name: string): Promise<string> {
    return this.engine.run('start', this.container(name));
  }

  async exitCode(name: string): Promise<number> {
    return Number(await this.engine.run('inspect', '--format', '{{.State.ExitCode}}', this.container(name)));
  }

  async logs(name: string): Promise<string> {
    return (await this.engine.attempt('logs', this.container(name))).output;
  }

  /** Removes everything that it made, also what an earlier run left. */
  async remove(): Promise<void> {
    for (const name of this.services)
      await this.engine.attempt('rm', '--force', '--volumes', this.container(name));
    for (const name of Object.keys(this.#file.networks)) {
      await this.engine.attempt('network', 'rm', this.network(name));
    }
    for (const name of Object.keys(this.#file.volumes)) {
      await this.engine.attempt('volume', 'rm', '--force', `${this.project}_${name}`);
    }
  }

  #createArgs(name: string, service: Service): string[] {
    const networks = Object.keys(service.networks);
    const [first] = networks;
    const address = first === undefined ? undefined : this.#addresses.get(first)?.get(name);
    const [entrypoint, ...entrypointArgs] = service.entrypoint ?? [];
    const hosts = networks.flatMap((network) => [...(this.#addresses.get(network) ?? [])]);
    return [
      ...['--name', this.container(name), '--no-healthcheck'],
      ...(service.network_mode === undefined ? [] : ['--network', service.network_mode]),
      ...(first === undefined ? [] : ['--network', this.network(first)]),
      ...(address === undefined ? [] : ['--ip', address]),
      ...hosts.flatMap(([host, ip]) => ['--add-host', `${host}:${ip}`]),
      ...(service.user === undefined ? [] : ['--user', service.user]),
      ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
      ...(service.read_only ? this.engine.readOnlyArgs : []),
      ...service.cap_drop.flatMap((capability) => ['--cap-drop', capability]),
      ...service.security_opt.flatMap((option) => ['--security-opt', option]),
      ...['--pids-limit', String(service.pids_limit), '--memory', service.mem_limit],
      ...(service.shm_size === undefined ? [] : ['--shm-size', service.shm_size]),
      ...(service.stop_signal === undefined ? [] : ['--stop-signal', service.stop_signal]),
      ...Object.entries(this.#ulimitsOf(service)).flatMap(([limit, value]) => {
        // a machine may not raise its own
        const allowed = Math.min(value, limit === 'nofile' ? this.#limits.openFiles : value);
        return ['--ulimit', `${limit}=${allowed}:${allowed}`];
      }),
      ...Object.entries(service.sysctls).flatMap(([key, value]) => ['--sysctl', `${key}=${value}`]),
      ...Object.entries(service.environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
      ...service.ports.flatMap((port) => ['--publish', port]),
      ...service.tmpfs.flatMap((tmpfs) => ['--tmpfs', [tmpfs, ...this.engine.tmpfsOptions].join(',')]),
      ...service.volumes.flatMap((volume) => ['--volume', this.#volume(volume)]),
      this.images[service.image] ?? wholeName(service.image),
      ...entrypointArgs,
      ...(service.command ?? []),
    ];
  }

  /** With one of them given, Podman asks for the greatest number of processes, which a machine may refuse. */
  #ulimitsOf({ ulimits }: Service): Readonly<Record<string, number>> {
    const isGiven = this.engine.name === 'podman' && Object.keys(ulimits).length > 0;
    return isGiven ? { nproc: this.#limits.processes, ...ulimits } : ulimits;
  }

  #volume(volume: string): string {
    const [source = '', ...rest] = volume.split(':');
    const whole = source.startsWith('.') ? resolve(source) : `${this.project}_${source}`;
    return [whole, ...rest].join(':');
  }

  async #completed(name: string): Promise<void> {
    const code = await this.engine.run('wait', this.container(name));
    if (code !== '0') throw new Error(`${name} ended with ${code}:\n${await this.logs(name)}`);
  }

  /** Runs the health check of the file, or else of the image, until it succeeds. */
  async #healthy(name: string, service: Service): Promise<void> {
    const check = await this.#healthcheckOf(service);
    if (check === undefined) return;
    await eventually(
      async () => {
        const { code } = await this.exec(name, ...check);
        if (code === 0) return true;
        const state = await this.engine.run(
          'inspect',
          '--format',
          '{{.State.Running}}',
          this.container(name),
        );
        return state === 'true' ? undefined : 'ended';
      },
      { timeoutMs: HEALTHY_MS, what: `${name} being healthy` },
    )
      .then((state) => {
        if (state === 'ended') throw new Error(`${name} ended`);
      })
      .catch(async (error: unknown) => {
        throw new Error(
          `${String(error)}\n${(await this.logs(name)).trim().split('\n').slice(-40).join('\n')}`,
        );
      });
  }

  async #healthcheckOf({ healthcheck, image }: Service): Promise<string[] | undefined> {
    if (healthcheck !== undefined && 'disable' in healthcheck) return undefined;
    const test = healthcheck?.test ?? (await this.#imageHealthcheck(this.images[image] ?? wholeName(image)));
    const [kind, ...command] = test;
    return kind === 'CMD-SHELL' ? ['sh', '-c', ...command] : command;
  }

  async #imageHealthcheck(image: string): Promise<string[]> {
    const text = await this.engine.run(
      ...['image', 'inspect', '--format', '{{json .Config.Healthcheck}}', image],
    );
    const parsed = Healthcheck.parse(JSON.parse(text));
    if (!parsed) throw new Error(`${image} has no health check`);
    return parsed.Test;
  }

  /** Every service gets an address in each of its networks: its own, or one from 100 on. */
  #assignAddresses(): void {
    for (const [network, { ipam }] of Object.entries(this.#file.networks)) {
      const subnet = ipam?.config[0].subnet ?? this.#subnetOf(network);
      const prefix = subnet.replace(/\d+\/24$/, '');
      if (!isIPv4(`${prefix}1`)) throw new Error(`${network}: ${subnet} is not a /24 network`);
      const addresses = new Map<string, string>();
      for (const [name, { networks }] of Object.entries(this.#file.services)) {
        const wanted = networks[network];
        if (wanted) addresses.set(name, wanted.ipv4_address ?? `${prefix}${100 + addresses.size}`);
      }
      this.#addresses.set(network, addresses);
    }
  }

  /** For networks whose file names none: beside the one that it names. */
  #subnetOf(network: string): string {
    const index = Object.keys(this.#file.networks).indexOf(network);
    return `172.31.${90 + index}.0/24`;
  }
}
