import ipaddr from 'ipaddr.js';

/** Public by its range, but the metadata and control service of a cloud (Azure). */
const METADATA: ReadonlySet<string> = new Set(['168.63.129.16']);

type Address = ReturnType<typeof ipaddr.parse>;
type Range = readonly [network: Address, bits: number];

/**
 * The addresses that requests to foreign URLs may reach: public unicast addresses, and the networks that the
 * configuration opens. Everything else is refused: loopback, private, link-local (with cloud metadata), CGNAT,
 * multicast and reserved addresses, and IPv6 addresses that carry an IPv4 address through a translator.
 */
export class AddressRules {
  readonly #open: readonly Range[];

  /** @param networks addresses and CIDR ranges, valid ones */
  constructor(networks: readonly string[]) {
    this.#open = networks.map(parseRange);
  }

  /** False for text that is not an IP address. */
  isAllowed(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    // `::ffff:127.0.0.1` reaches the same host as `127.0.0.1`
    const address = ipaddr.process(text);
    if (this.#open.some((range) => isWithin(address, range))) return true;
    return address.range() === 'unicast' && !METADATA.has(address.toString());
  }
}

const parseRange = (text: string): Range => {
  const [network = '', bits] = text.split('/');
  const address = ipaddr.parse(network);
  return [address, bits === undefined ? address.toByteArray().length * 8 : Number(bits)];
};

const isWithin = (address: Address, [network, bits]: Range): boolean =>
  address.kind() === network.kind() && address.match(network, bits);
