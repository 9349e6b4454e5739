import ipaddr from 'ipaddr.js';

const HOST_PARTS = 4;

/**
 * The network that attempts are counted by: an IPv4 address, or the /64 of an IPv6 address, which is the smallest network
 * that a subscriber gets. Text that is no address, from a proxy that sends such, stands for itself.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address.slice(0, 64);
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  const prefix = [...parsed.parts.slice(0, HOST_PARTS), 0, 0, 0, 0];
  return `${new ipaddr.IPv6(prefix).toString()}/64`;
}
