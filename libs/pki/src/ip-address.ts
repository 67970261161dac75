import { isIPv4, isIPv6 } from 'node:net';

/** One spelling per address (RFC 5952 for IPv6), so that lists of addresses can be compared as text. */
export function canonicalAddress(ip: string): string {
  return isIPv6(ip) ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip;
}

/** Network byte order, as an iPAddress name carries it. Throws TypeError for what is no address. */
export function addressBytes(ip: string): Buffer {
  if (isIPv4(ip)) {
    return Buffer.from(ip.split('.').map(Number));
  }
  if (!isIPv6(ip)) {
    throw new TypeError(`certificate address ${JSON.stringify(ip)} is neither IPv4 nor IPv6`);
  }
  const [left = '', right] = canonicalAddress(ip).split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return Buffer.from([...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join(''), 'hex');
}
