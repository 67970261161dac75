import { keyOf, type Kind, type KubeObject, type ListMeta, type ObjectKey, type ObjectList } from '@tke/meta';
import { TimeSlice } from '@tke/time';

import type {
  CallOptions,
  Client,
  DeleteOptions,
  ListOptions,
  PatchOptions,
  RawRequest,
  SelectorOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../client.ts';
import { decodeList } from '../codec/list-decoder.ts';
import { expectSyntax, readJson, readJsonOrText } from '../codec/response.ts';
import { isGone, KubeTransportError } from '../errors.ts';
import type { Patch } from '../patch.ts';
import { isStatus } from '../status.ts';
import type { Transport } from '../transport/transport.ts';
import { Caller, type CallerOptions, type CallRequest } from './caller.ts';
import { listQuery, patchQuery, selectors, watchQuery, withQuery, writeQuery, type PageQuery } from './query.ts';
import { collectionPath, creationPath, objectPath, withNamespace } from './target.ts';
import { watchStream } from './watch-stream.ts';

const defaultPageSize = 500;
/** Five million objects: a server that always has one more page is none. */
const mostPages = 10_000;
// Without one, a connection that died unnoticed would be watched for ever. client-go picks 300 to 600 s.
const defaultWatchSeconds = 300;
// What an honest end of the stream may take to arrive here, as kube-rs.
const idleGraceMs = 5_000;

const patchTypes = {
  json: { contentType: 'application/json-patch+json', idempotent: false },
  merge: { contentType: 'application/merge-patch+json', idempotent: true },
  strategic: { contentType: 'application/strategic-merge-patch+json', idempotent: false },
  // JSON is YAML; the media type for CBOR aside, there is no other.
  apply: { contentType: 'application/apply-patch+yaml', idempotent: true },
} as const;

function deleteBody({ propagationPolicy, gracePeriodSeconds, preconditions, dryRun }: DeleteOptions): object {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy,
    gracePeriodSeconds,
    preconditions,
    ...(dryRun ? { dryRun: ['All'] } : {}),
  };
}

/** The typed verbs over any transport. */
export class KubeClient implements Client {
  readonly #caller: Caller;
  readonly #slice: TimeSlice;

  constructor(options: CallerOptions, slice: TimeSlice = new TimeSlice(options.clock)) {
    this.#caller = new Caller(options);
    this.#slice = slice;
  }

  /** A client that differs in its transport only; whose `close` is none of the new one's business. */
  over(wrap: (transport: Transport) => Transport): KubeClient {
    const { options } = this.#caller;
    return new KubeClient({ ...options, transport: wrap(options.transport) }, this.#slice);
  }

  async get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, options: CallOptions = {}): Promise<T> {
    return this.#object({ method: 'GET', path: objectPath(kind, key), signal: options.signal });
  }

  async list<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    const items: T[] = [];
    let metadata: ListMeta | undefined;
    try {
      for await (const page of this.listPages(kind, options)) {
        for (const item of page.items) {
          items.push(item);
        }
        metadata = page.metadata;
      }
    } catch (error) {
      if (metadata === undefined || !isGone(error)) {
        throw error;
      }
      return this.#page(kind, { ...options, limit: 0 });
    }
    return { metadata: metadata ?? {}, items };
  }

  async *listPages<T extends KubeObject>(
    kind: Kind<T>,
    options: ListOptions = {},
  ): AsyncGenerator<ObjectList<T>, void> {
    let continueToken: string | undefined;
    let pages = 0;
    do {
      if (++pages > mostPages) {
        throw new KubeTransportError('BadResponse', `list of ${kind.plural}: more than ${mostPages} pages`);
      }
      const page: ObjectList<T> = await this.#page(kind, { limit: defaultPageSize, ...options, continueToken });
      continueToken = page.metadata.continue;
      yield page;
    } while (continueToken);
  }

  watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>, void> {
    const { timeoutSeconds = defaultWatchSeconds, namespace, signal } = options;
    const { idleTimeoutMs = timeoutSeconds * 1000 + idleGraceMs } = options;
    const path = withQuery(collectionPath(kind, namespace), watchQuery(options, timeoutSeconds));
    const stream = { caller: this.#caller, slice: this.#slice, idleTimeoutMs };
    return watchStream({ method: 'GET', path, signal }, stream);
  }

  async create<T extends KubeObject>(kind: Kind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const path = withQuery(creationPath(kind, object, options.subresource), writeQuery(options));
    return this.#object({ method: 'POST', path, body: object, signal: options.signal });
  }

  async update<T extends KubeObject>(kind: Kind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const path = withQuery(objectPath(kind, keyOf(object), options.subresource), writeQuery(options));
    return this.#object({ method: 'PUT', path, body: object, signal: options.signal });
  }

  async patch<T extends KubeObject>(
    kind: Kind<T>,
    key: ObjectKey,
    patch: Patch,
    options: PatchOptions = {},
  ): Promise<T> {
    const path = objectPath(kind, key, options.subresource);
    if (patch.type === 'apply' && !options.fieldManager) {
      throw new KubeTransportError('InvalidRequest', `PATCH ${path}: server-side apply needs a fieldManager`);
    }
    return this.#object({
      method: 'PATCH',
      path: withQuery(path, patchQuery(options, patch.type === 'apply')),
      body: patch.type === 'json' ? patch.operations : patch.body,
      signal: options.signal,
      ...patchTypes[patch.type],
    });
  }

  async delete<T extends KubeObject>(
    kind: Kind<T>,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<T | undefined> {
    const path = objectPath(kind, key);
    const answer = await this.#object<T>({ method: 'DELETE', path, body: deleteBody(options), signal: options.signal });
    return isStatus(answer) ? undefined : answer;
  }

  async deleteCollection(kind: Kind, options: SelectorOptions & DeleteOptions): Promise<void> {
    const { namespace } = withNamespace(kind, {
      ...(options.namespace && { namespace: options.namespace }),
      name: '*',
    });
    const path = withQuery(collectionPath(kind, namespace), selectors(options));
    const request: CallRequest = { method: 'DELETE', path, body: deleteBody(options), signal: options.signal };
    // The answer is the list of what was deleted, which can be long and is of no use.
    await this.#caller.call(request, (response) => response.discard());
  }

  async request({ method = 'GET', path, body, headers = {}, signal }: RawRequest): Promise<unknown> {
    if (!path.startsWith('/')) {
      throw new KubeTransportError('InvalidRequest', `the path ${JSON.stringify(path)} must begin with /`);
    }
    const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const request: CallRequest = { method, path, body, headers: lowerCase, signal };
    return this.#caller.call(request, (response) => readJsonOrText(request, response));
  }

  close(): Promise<void> {
    return this.#caller.options.transport.close();
  }

  async #object<T extends KubeObject>(request: CallRequest): Promise<T> {
    return (await this.#caller.call(request, (response) => readJson(request, response))) as T;
  }

  #page<T extends KubeObject>(kind: Kind<T>, options: PageQuery): Promise<ObjectList<T>> {
    const path = withQuery(collectionPath(kind, options.namespace), listQuery(options));
    const request: CallRequest = { method: 'GET', path, signal: options.signal };
    return this.#caller.call(request, (response) =>
      expectSyntax(request, response, () => decodeList(kind, response.body)),
    );
  }
}
