import type { LookupFunction } from 'node:net';

/** A resolver that gives one answer after the other, whatever the name, and keeps to the last. */
export function lookupGiving(...answers: readonly (readonly [string, ...string[]])[]): LookupFunction {
  let asked = 0;
  return (_name, { all }, callback) => {
    const answer = answers[Math.min(asked++, answers.length - 1)]!;
    const addresses = answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const [first] = addresses;
    setImmediate(() => (all ? callback(null, addresses) : callback(null, first!.address, first!.family)));
  };
}

/** Every name is that of this machine. */
export const loopbackLookup = lookupGiving(['127.0.0.1']);
