import type { Host, HostFacts } from '@tke/host';
import type { DeepReadonly } from '@tke/meta';

import type { HostRecord, KnownHost } from './known-host.ts';
import { isNews, recordedFacts } from './recorded-facts.ts';

/**
 * Whether anybody has logged in to a host, so that something may have been done there; it may as well have turned out to be another
 * cluster's, which its mark says. Its facts are in status before its lock is taken: nobody has to wait for a host, or is told of one,
 * where nobody ever logged in.
 */
export function wasReached({ facts }: DeepReadonly<Pick<HostRecord, 'facts'>>): boolean {
  return facts !== undefined;
}

/** What a host is like, read once in a pass and kept in status. */
export class FactsOfPass {
  readonly #host: Pick<Host, 'facts'>;
  readonly #known: KnownHost;
  readonly #signal: AbortSignal;
  #facts: Promise<HostFacts> | undefined;

  constructor(host: Pick<Host, 'facts'>, known: KnownHost, signal: AbortSignal) {
    this.#host = host;
    this.#known = known;
    this.#signal = signal;
  }

  read(): Promise<HostFacts> {
    this.#facts ??= this.#read().catch((error: unknown) => {
      this.#facts = undefined;
      throw error;
    });
    return this.#facts;
  }

  async #read(): Promise<HostFacts> {
    const { record, remember } = this.#known;
    const found = await this.#host.facts({ signal: this.#signal });
    const facts = recordedFacts(found);
    if (remember !== undefined && isNews(record.facts, facts)) {
      await remember({ facts });
    }
    return found;
  }
}
