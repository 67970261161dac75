import { keyOf, keyString, type DeepReadonly, type Kind, type KubeObject, type ObjectKey } from '@tke/meta';
import { jsonEqual, type CacheListOptions, type CacheReader } from '@tke/runtime';
import type { Clock } from '@tke/time';
import type { AdmissionRequest } from '@tke/webhook';

import { topicIndex } from '../indexes.ts';
import type { RuleSource } from '../rules/rule-source.ts';

type Stored = DeepReadonly<KubeObject>;

/** An object as it was admitted; undefined is its deletion. */
interface Version {
  readonly object: Stored | undefined;
  readonly before: Stored | undefined;
  readonly until: number;
}

interface Entry {
  readonly source: RuleSource;
  readonly key: ObjectKey;
  /** The newest first. */
  readonly versions: readonly Version[];
}

/** Far longer than a watch that works takes to bring a write. */
const keptMs = 10_000;
/** Of one object. Each is one more world to judge in. */
const maxVersions = 4;
/** Some megabytes; a watch that works leaves a handful. */
const maxEntries = 4096;

/**
 * What this replica admitted a moment ago and its cache does not show yet. Two writes at once, each harmless beside what is
 * stored, may together hand out what nobody holds (more actions of a policy, and more resources of a binding to it): the
 * second is judged beside the first as well. Nobody knows whether a write that was admitted was stored, so that both count.
 */
export class RecentWrites {
  readonly #cache: CacheReader;
  readonly #clock: Clock;
  readonly #sources: ReadonlyMap<string, RuleSource>;
  readonly #entries = new Map<string, Entry>();

  constructor(cache: CacheReader, sources: readonly RuleSource[], clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
    this.#sources = new Map(sources.map((source) => [source.kind.kind, source]));
  }

  /** Whether more of one object were admitted than are kept: to forget one would be to admit it twice. */
  isFullOf(request: AdmissionRequest): boolean {
    const about = request.object ?? request.oldObject;
    return about !== undefined && (this.#entries.get(idOf(about))?.versions.length ?? 0) >= maxVersions;
  }

  add(request: AdmissionRequest): void {
    const { object, oldObject } = request;
    const about = object ?? oldObject;
    const source = this.#sourceOf(about);
    if (about === undefined || source === undefined || request.dryRun || isSpecUnchanged(object, oldObject)) {
      return;
    }
    const id = idOf(about);
    const version: Version = { object, before: oldObject, until: this.#clock.monotonic() + keptMs };
    const others = (this.#entries.get(id)?.versions ?? []).filter((each) => !isSpecUnchanged(each.object, object));
    this.#entries.delete(id);
    this.#entries.set(id, { source, key: keyOf(about), versions: [version, ...others].slice(0, maxVersions) });
    this.#dropOldest();
  }

  /** Undefined for what nobody can refer to yet, too: a name that is still to be generated. */
  #sourceOf(object: Stored | undefined): RuleSource | undefined {
    return object?.metadata.name === undefined ? undefined : this.#sources.get(object.kind);
  }

  #dropOldest(): void {
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > maxEntries && oldest !== undefined) {
      this.#entries.delete(oldest);
    }
  }

  /** The cache, and the cache as it may soon be. */
  worlds(): readonly CacheReader[] {
    this.#forget();
    const depth = Math.max(0, ...[...this.#entries.values()].map(({ versions }) => versions.length));
    return [this.#cache, ...Array.from({ length: depth }, (_, at) => new World(this.#cache, this.#entries, at))];
  }

  #forget(): void {
    for (const [id, entry] of this.#entries) {
      const stored = this.#cache.get(entry.source.kind, entry.key);
      const versions = entry.versions.filter(
        (version) => this.#clock.monotonic() < version.until && !isSeen(version, stored),
      );
      if (versions.length === 0) {
        this.#entries.delete(id);
      } else if (versions.length < entry.versions.length) {
        this.#entries.set(id, { ...entry, versions });
      }
    }
  }
}

/** A cache in which what was admitted is stored. */
class World implements CacheReader {
  readonly #cache: CacheReader;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #at: number;

  /** @param at which version of each object: the newest is 0. */
  constructor(cache: CacheReader, entries: ReadonlyMap<string, Entry>, at: number) {
    this.#cache = cache;
    this.#entries = entries;
    this.#at = at;
  }

  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): DeepReadonly<T> | undefined {
    const entry = this.#entries.get(idText(kind.kind, key));
    return entry === undefined ? this.#cache.get(kind, key) : (this.#objectOf(entry) as DeepReadonly<T> | undefined);
  }

  list<T extends KubeObject>(kind: Kind<T>, options: CacheListOptions = {}): readonly DeepReadonly<T>[] {
    const admitted = [...this.#entries.values()]
      .filter(({ source }) => source.kind.kind === kind.kind)
      .flatMap((entry) => {
        const object = this.#objectOf(entry);
        return object !== undefined && isListed(object, entry.source, options) ? [object as DeepReadonly<T>] : [];
      });
    const stored = this.#cache.list(kind, options);
    return [...stored.filter((each) => !this.#entries.has(idOf(each as Stored))), ...admitted];
  }

  #objectOf({ versions }: Entry): Stored | undefined {
    return versions[Math.min(this.#at, versions.length - 1)]?.object;
  }
}

function isListed(object: Stored, source: RuleSource, { index }: CacheListOptions): boolean {
  return (
    index === undefined || (index.name === topicIndex && source.topics(object).some((topic) => topic === index.value))
  );
}

/** The generation grows with each change of the spec, and two writes from the same one cannot both be stored. */
function isSeen({ object, before }: Version, stored: Stored | undefined): boolean {
  if (object === undefined) {
    const { uid, deletionTimestamp } = stored?.metadata ?? {};
    return stored === undefined || uid !== before?.metadata.uid || deletionTimestamp !== undefined;
  }
  const { uid, generation } = object.metadata;
  return (
    stored !== undefined &&
    generation !== undefined &&
    stored.metadata.uid === uid &&
    (stored.metadata.generation ?? 0) >= generation
  );
}

function isSpecUnchanged(a: Stored | undefined, b: Stored | undefined): boolean {
  const spec = (side: Stored | undefined) => (side as { readonly spec?: unknown } | undefined)?.spec;
  return a === undefined || b === undefined ? a === b : jsonEqual(spec(a), spec(b));
}

function idOf(object: Stored): string {
  return idText(object.kind, keyOf(object));
}

function idText(kind: string, key: ObjectKey): string {
  return `${kind}/${keyString(key)}`;
}
