import { Injectable } from '@nestjs/common';
import webPush from 'web-push';
import { RelayPool } from '../database/pools.js';
import { Config } from '../platform/config/config.js';
import type { PushKeyPair } from '../platform/config/push-config.js';

/** The first instance makes the pair; a commit of another one at the same time wins, and everybody reads that one. */
const MAKE = {
  name: 'push_key_make',
  text: `INSERT INTO wardbell.push_key (public_key, private_key) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
};
const READ = { name: 'push_key_read', text: 'SELECT public_key, private_key FROM wardbell.push_key' };

/** The key pair with which all instances sign what they send to push services. */
@Injectable()
export class PushKeys {
  #pair: Promise<PushKeyPair> | undefined;

  constructor(
    private readonly relay: RelayPool,
    private readonly config: Config,
  ) {}

  /** @throws while the database does not answer */
  pair(): Promise<PushKeyPair> {
    if (this.config.push.keys !== undefined) return Promise.resolve(this.config.push.keys);
    this.#pair ??= this.#load().catch((error: unknown) => {
      this.#pair = undefined;
      throw error;
    });
    return this.#pair;
  }

  async #load(): Promise<PushKeyPair> {
    const known = await this.#read();
    if (known) return known;
    const { publicKey, privateKey } = webPush.generateVAPIDKeys();
    await this.relay.query(MAKE, [publicKey, privateKey]);
    const made = await this.#read();
    if (!made) throw new Error('the push keys were not stored');
    return made;
  }

  async #read(): Promise<PushKeyPair | undefined> {
    const [row] = await this.relay.query<{ public_key: string; private_key: string }>(READ);
    return row && { publicKey: row.public_key, privateKey: row.private_key };
  }
}
