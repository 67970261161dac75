export { AddressGuard } from './address-guard.ts';
export { AddressRanges } from './address-ranges.ts';
export { bareHost } from './bare-host.ts';
export { dialTcp } from './dial-tcp.ts';
export type { DialOptions, Endpoint } from './dial-tcp.ts';
export { netErrors } from './errors.ts';
export { linkLocalAndMetadataRanges, loopbackRanges } from './special-ranges.ts';
