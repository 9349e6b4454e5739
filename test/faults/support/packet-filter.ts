import { execFileSync } from 'node:child_process';

/** A second address of this machine, so that one client of a port can be cut off and the others not. */
export const CUT_ADDRESS = '127.0.0.2';

/** Drops packets to and from a port at `CUT_ADDRESS`, both ways and silently, as a broken network does. */
export class PacketFilter {
  readonly #table = `wardbell_${process.pid}`;

  constructor(private readonly port: number) {}

  /** Needs root, Linux and nftables. */
  static get isAvailable(): boolean {
    try {
      execFileSync('nft', ['list', 'tables'], { stdio: 'ignore' });
      return process.getuid?.() === 0;
    } catch {
      return false;
    }
  }

  drop(): void {
    this.#run(
      [
        `table inet ${this.#table} {`,
        'chain input {',
        'type filter hook input priority 0',
        `ip daddr ${CUT_ADDRESS} tcp dport ${this.port} drop`,
        `ip saddr ${CUT_ADDRESS} tcp sport ${this.port} drop`,
        '}',
        '}',
      ].join('\n'),
    );
  }

  heal(): void {
    this.#run(`table inet ${this.#table} {\n}\ndelete table inet ${this.#table}`);
  }

  #run(rules: string): void {
    execFileSync('nft', ['-f', '-'], { input: rules });
  }
}
