import { everyoneKey, groupKey, userKey } from './keys.ts';

/** Who stands behind the key of a row. */
export interface SubjectName {
  readonly tenant: string;
  readonly kind: 'user' | 'group' | 'everyone';
  /** Empty for everyone. */
  readonly name: string;
}

/** Reads what `userKey`, `groupKey` and `everyoneKey` write; undefined for roles and policies. */
export function parseSubjectKey(key: string): SubjectName | undefined {
  const end = key.indexOf('##');
  const tenant = key.slice(0, Math.max(end, 0));
  if (end < 0) {
    return undefined;
  }
  if (key === everyoneKey(tenant)) {
    return { tenant, kind: 'everyone', name: '' };
  }
  for (const [kind, prefix] of [['user', userKey(tenant, '')] as const, ['group', groupKey(tenant, '')] as const]) {
    if (key.startsWith(prefix)) {
      return { tenant, kind, name: key.slice(prefix.length) };
    }
  }
  return undefined;
}

/** What a caller who is only this subject is known by. */
export function subjectsOf({ tenant, kind, name }: SubjectName): readonly [string, ...string[]] {
  const everyone = everyoneKey(tenant);
  switch (kind) {
    case 'everyone':
      return [everyone];
    case 'user':
      return [userKey(tenant, name), everyone];
    case 'group':
      return [groupKey(tenant, name), everyone];
  }
}
