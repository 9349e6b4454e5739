import { execFileSync } from 'node:child_process';

/** A second address of this machine, so that one client of a port can be cut off and the others not. */
export const CUT_ADDRESS = '127.0.0.2';

/**
 * Drops packets to and from a port at one address, both ways and silently, as a broken network does. Needs root, Linux
 * and nftables.
 */
export class PacketFilter {
  readonly #table: string;

  constructor(
    private readonly port: number,
    private readonly address = CUT_ADDRESS,
  ) {
    this.#table = `wardbell_${process.pid}_${port}_${address.replaceAll('.', '_')}`;
  }

  drop(): void {
    this.#run(
      [
        `table inet ${this.#table} {`,
        'chain input {',
        'type filter hook input priority 0',
        `ip daddr ${this.address} tcp dport ${this.port} drop`,
        `ip saddr ${this.address} tcp sport ${this.port} drop`,
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
