/** The host of a URL as sockets, guards and certificates know it: IPv6 addresses without the brackets (RFC 3986 3.2.2). */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
