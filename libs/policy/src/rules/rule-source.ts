import type { Subject, UnresolvedReference } from '@tke/api-auth';
import type { DeepReadonly, Kind, KubeObject } from '@tke/meta';
import type { StandardStatus } from '@tke/runtime';

import type { CompiledSource } from '../compile/compiled.ts';
import type { Directory } from '../compile/directory.ts';

/** The status fields that kinds with Rules have in common. */
export interface SourceStatus extends StandardStatus {
  users?: Subject[] | null;
  groups?: Subject[] | null;
  rules?: number;
  unresolved?: UnresolvedReference[];
}

export type SourceObject = KubeObject & { status?: SourceStatus };

// Methods, not properties: a list of sources of different kinds is then a list of sources.

/** A kind whose objects are compiled to Rules. */
export interface RuleSource<T extends SourceObject = SourceObject> {
  readonly kind: Kind<T>;
  compile(object: DeepReadonly<T>, directory: Directory): CompiledSource;
  /** What the meaning of an object depends on. */
  topics(object: DeepReadonly<T>): readonly Topic[];
  /** Whose changes concern it. */
  readonly dependencies: readonly Dependency[];
}

/**
 * Something an object may depend on, whether or not it exists: `policy/<name>`, `username/<tenant>/<name>`, ... Objects are
 * indexed by their topics; a change of another object names the topics it is news about.
 */
export type Topic =
  `${'policy' | 'role' | 'project' | 'group' | 'identity' | 'username' | 'tenant' | 'row-key'}/${string}`;

export interface Dependency<D extends KubeObject = KubeObject> {
  readonly kind: Kind<D>;
  topics(object: DeepReadonly<D>): readonly Topic[];
  /** Whether an update changed anything that others look at. */
  matters(before: DeepReadonly<D>, after: DeepReadonly<D>): boolean;
}
