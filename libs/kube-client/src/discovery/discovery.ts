import { kindKey } from '@tke/meta';
import { abortable } from '@tke/time';

import type { CallOptions, Client } from '../client.ts';
import { discoveryErrors } from '../error-codes.ts';
import { aggregatedAccept, isGroupDiscoveryList, readAggregated } from './aggregated.ts';
import { markPreferred, type ApiResource, type ApiSurface } from './api-resource.ts';
import { readLegacy } from './legacy.ts';

export interface LookupOptions extends CallOptions {
  /** Default: the version the server prefers. */
  readonly version?: string;
}

interface Snapshot {
  readonly resources: readonly ApiResource[];
  readonly unavailable: readonly string[];
}

/** What a server serves, and which kind belongs to which resource: client-go's discovery and RESTMapper. */
export class Discovery {
  readonly #client: Pick<Client, 'request'>;
  #snapshot: Promise<Snapshot> | undefined;

  constructor(client: Pick<Client, 'request'>) {
    this.#client = client;
  }

  /** Every resource in every version. Asked for once; rejects as `Client.request`. */
  async resources({ signal }: CallOptions = {}): Promise<readonly ApiResource[]> {
    return (await this.#load(signal)).resources;
  }

  /** Rejects with `KindNotServed`, after a fresh look if the answer was cached: the CRD may have come since. */
  kindFor(group: string, kind: string, options: LookupOptions = {}): Promise<ApiResource> {
    const matches = (resource: ApiResource) => resource.group === group && resource.kind === kind;
    return this.#find(matches, `kind ${kind} of group ${JSON.stringify(group)}`, options);
  }

  /** As `kindFor`, by the name in URLs. */
  resourceFor(group: string, plural: string, options: LookupOptions = {}): Promise<ApiResource> {
    const matches = (resource: ApiResource) => resource.group === group && resource.plural === plural;
    return this.#find(matches, `resource ${kindKey({ group, plural })}`, options);
  }

  /** The next call asks the server again. */
  invalidate(): void {
    this.#snapshot = undefined;
  }

  async #find(
    matches: (resource: ApiResource) => boolean,
    what: string,
    { version, signal }: LookupOptions,
  ): Promise<ApiResource> {
    const cached = this.#snapshot;
    const find = ({ resources }: Snapshot) =>
      resources.find((resource) => matches(resource) && (version ? resource.version === version : resource.preferred));
    let snapshot = await this.#load(signal);
    let found = find(snapshot);
    if (found === undefined && cached !== undefined) {
      // Whoever missed at the same time has the same fresh look.
      this.#snapshot = this.#snapshot === cached ? undefined : this.#snapshot;
      snapshot = await this.#load(signal);
      found = find(snapshot);
    }
    if (found === undefined) {
      const { unavailable } = snapshot;
      const note = unavailable.length === 0 ? '' : ` (no answer about ${unavailable.join(', ')})`;
      throw discoveryErrors.KindNotServed(`${what}${version ? ` in version ${version}` : ''} is not served${note}`);
    }
    return found;
  }

  #load(signal: AbortSignal | undefined): Promise<Snapshot> {
    if (this.#snapshot === undefined) {
      // Shared by all who ask, so nobody's signal may end it.
      const snapshot = this.#fetch();
      this.#snapshot = snapshot;
      snapshot.catch(() => {
        this.#snapshot = this.#snapshot === snapshot ? undefined : this.#snapshot;
      });
    }
    return abortable(this.#snapshot, signal);
  }

  async #fetch(): Promise<Snapshot> {
    const ask = (path: string) => this.#client.request({ path, headers: { accept: aggregatedAccept } });
    const [core, groups] = await Promise.all([ask('/api'), ask('/apis')]);
    const surface =
      isGroupDiscoveryList(core) && isGroupDiscoveryList(groups)
        ? merge(readAggregated(core), readAggregated(groups))
        : await readLegacy(core, groups, (path) => this.#client.request({ path }));
    return { resources: markPreferred(surface.resources), unavailable: surface.unavailable };
  }
}

function merge(a: ApiSurface, b: ApiSurface): ApiSurface {
  return { resources: [...a.resources, ...b.resources], unavailable: [...a.unavailable, ...b.unavailable] };
}
