import { expect, test } from '@jest/globals';

import type { RuleSpec } from '@tke/authz';
import type { KubeObject } from '@tke/meta';
import { cacheOf } from '@tke/runtime/testing';

import { CacheDirectory } from '../../directory.ts';
import { registerInformers } from '../../informers.ts';
import { ruleSources } from '../../rules/sources.ts';
import { anIdentity, aTenant } from '../../testing/objects.ts';
import type { CompiledSource } from '../compiled.ts';

/** Compiles an object among others, itself being stored as well. */
export async function compile(object: KubeObject, ...others: KubeObject[]): Promise<CompiledSource> {
  const end = new AbortController();
  try {
    const cache = await cacheOf([object, ...others], registerInformers, end.signal);
    const source = ruleSources(cache).find(({ kind }) => kind.kind === object.kind);
    return source!.compile(object, new CacheDirectory(cache));
  } finally {
    end.abort();
  }
}

export const p = (v0: string, v2: string, v3: string, v4 = 'allow'): RuleSpec => ({
  ptype: 'p',
  v0,
  v1: '*',
  v2,
  v3,
  v4,
});
export const g = (v0: string, v1: string, v2 = '*'): RuleSpec => ({ ptype: 'g', v0, v1, v2 });

export const local = aTenant('default');
export const ldap = aTenant('default', 'ldap');
export const alice = anIdentity('usr-alice', 'alice');
export const deletingNow = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x'] };

interface Case {
  readonly name: string;
  readonly object: KubeObject;
  readonly others: KubeObject[];
  readonly rows: RuleSpec[];
  /** `field code` of each defect. */
  readonly defects?: string[];
  /** `kind id reason` of each reference that grants nothing. */
  readonly unresolved?: string[];
}

/** One test of each case. */
export function table(cases: readonly Case[]): void {
  test.each(cases)('$name', async ({ object, others, rows, defects = [], unresolved = [] }) => {
    const compiled = await compile(object, ...others);
    expect(compiled.rows).toEqual(rows);
    expect(compiled.defects.map(({ field, code }) => `${field} ${code}`)).toEqual(defects);
    expect(compiled.unresolved.map(({ kind, id, reason }) => `${kind} ${id} ${reason}`)).toEqual(unresolved);
  });
}
