export { CountingServer } from './counting-server.ts';
export { guardAgainst } from './guard-against.ts';
export { loopbackLookup, lookupGiving } from './lookups.ts';
