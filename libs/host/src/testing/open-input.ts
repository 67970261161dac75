import { Readable } from 'node:stream';

/** Standard input that never ends. It is first read when we have heard that the command has begun. */
export function openInput(): { readonly stdin: Readable; readonly begun: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { stdin: new Readable({ read: () => resolve(undefined) }), begun: promise };
}
