import { describe, expect, it } from '@jest/globals';
import { AddressRules } from './address-rules.js';

describe('Addresses of foreign hosts', () => {
  const rules = new AddressRules([]);

  it.each([
    ['loopback', ['127.0.0.1', '127.8.9.10', '::1']],
    ['private', ['10.0.0.1', '172.16.0.1', '192.168.1.1', 'fd00::1']],
    ['link-local and metadata', ['169.254.169.254', 'fe80::1', 'fd00:ec2::254', '168.63.129.16']],
    ['carrier-grade NAT', ['100.64.0.1', '100.100.100.200']],
    ['multicast and broadcast', ['224.0.0.1', '255.255.255.255', 'ff02::1']],
    ['unspecified and reserved', ['0.0.0.0', '::', '240.0.0.1', '192.0.0.192', '2001:db8::1', 'fec0::1']],
    [
      'IPv4 inside of IPv6',
      ['::ffff:127.0.0.1', '::ffff:a00:1', '::127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:1::1'],
    ],
    ['no addresses', ['', 'localhost', '127.1.example']],
  ])('that are %s are refused', (_, addresses) => {
    expect(addresses.filter((address) => rules.isAllowed(address))).toEqual([]);
  });

  it('that are public are allowed, in each notation', () => {
    const addresses = ['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8'];
    expect(addresses.filter((address) => rules.isAllowed(address))).toEqual(addresses);
  });

  it('are allowed in the networks that are opened, and nowhere beside them', () => {
    const opened = new AddressRules(['127.0.0.0/8', '10.1.2.3', 'fd00:1::/32']);
    const open = ['127.0.0.1', '::ffff:127.0.0.1', '10.1.2.3', 'fd00:1::5'];
    expect(open.filter((address) => opened.isAllowed(address))).toEqual(open);
    expect(['10.1.2.4', '::1', 'fd00:2::5'].filter((address) => opened.isAllowed(address))).toEqual([]);
  });
});
