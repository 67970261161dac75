import type { Subject } from '@tke/api-auth';
import { everyoneKey, groupKey, userKey } from '@tke/authz';
import type { DeepReadonly } from '@tke/meta';

import type { Compilation } from './compilation.ts';
import type { Defect, UnresolvedReason } from './compiled.ts';
import { alive, type Directory } from './directory.ts';
import { firstOf } from './first-of.ts';
import { isLocalRealm } from './realm.ts';
import { expectTenant } from './references.ts';

/** A spec that names users and groups of its tenant. */
export interface SubjectSpec {
  readonly tenantID?: string;
  readonly users?: readonly DeepReadonly<Subject>[] | null;
  readonly groups?: readonly DeepReadonly<Subject>[] | null;
}

/** A subject as rows know it, and the field that named it. */
export interface Member {
  readonly key: string;
  readonly field: string;
}

type Resolution =
  | { readonly outcome: 'resolved'; readonly key: string; readonly subject: Subject }
  | { readonly outcome: 'unresolved'; readonly reason: UnresolvedReason; readonly detail: string }
  | { readonly outcome: 'defect'; readonly defect: Omit<Defect, 'field' | 'value'> };

/** Resolves all subjects of a spec; what leads nowhere is recorded and left out. */
export function resolveSubjects(spec: SubjectSpec, directory: Directory, into: Compilation): readonly Member[] {
  const { tenantID = '' } = spec;
  if (!expectTenant(tenantID, directory, into)) {
    return [];
  }
  const realm = new Realm(tenantID, directory);
  const members: Member[] = [];
  const resolve = (kind: 'User' | 'Group', subject: DeepReadonly<Subject>, field: string) => {
    const resolution = kind === 'User' ? realm.user(subject) : realm.group(subject);
    const id = firstOf(subject.id, subject.name);
    switch (resolution.outcome) {
      case 'resolved':
        members.push({ key: resolution.key, field });
        if (kind === 'User') {
          into.reachesUser(resolution.key, resolution.subject);
        } else {
          into.reachesGroup(resolution.key, resolution.subject);
        }
        break;
      case 'unresolved':
        into.unresolved({ kind, id, field, reason: resolution.reason, detail: resolution.detail });
        break;
      case 'defect':
        into.defect({ ...resolution.defect, field, value: id });
    }
  };
  spec.users?.forEach((subject, index) => resolve('User', subject, `spec.users[${index}]`));
  spec.groups?.forEach((subject, index) => resolve('Group', subject, `spec.groups[${index}]`));
  return members;
}

/** Reads subjects the way their tenant knows its users. */
class Realm {
  readonly #tenant: string;
  readonly #directory: Directory;
  readonly #local: boolean;

  constructor(tenant: string, directory: Directory) {
    const provider = alive(directory.tenant(tenant));
    this.#tenant = tenant;
    this.#directory = directory;
    this.#local = provider !== undefined && isLocalRealm(provider);
  }

  user({ id = '', name = '' }: DeepReadonly<Subject>): Resolution {
    if (id === '*' || name === '*') {
      return this.#everyone(id, name);
    }
    return id === '' ? this.#userByName(name) : this.#userById(id, name);
  }

  group({ id = '', name = '' }: DeepReadonly<Subject>): Resolution {
    const group = firstOf(id, name);
    const found = alive(this.#directory.group(group));
    const resolved = (displayName: string): Resolution => ({
      outcome: 'resolved',
      key: groupKey(this.#tenant, group),
      subject: { id: group, name: displayName },
    });
    if (found?.spec.tenantID === this.#tenant) {
      return resolved(found.spec.displayName);
    }
    if (!this.#local) {
      return resolved(firstOf(name, group));
    }
    return found === undefined ? notFound(`LocalGroup ${group} does not exist`) : this.#foreign('LocalGroup');
  }

  #everyone(id: string, name: string): Resolution {
    // {id: "cn=alice,...", name: "*"} must not quietly become every user of the tenant.
    const plain = (id === '' || id === '*') && (name === '' || name === '*');
    if (!plain) {
      return mismatch(`id ${id} and name ${name} contradict each other: "*" is everyone`);
    }
    return { outcome: 'resolved', key: everyoneKey(this.#tenant), subject: { id: '*', name: '*' } };
  }

  #userById(id: string, name: string): Resolution {
    const found = alive(this.#directory.identity(id));
    if (found?.spec.tenantID === this.#tenant) {
      const { username } = found.spec;
      if (name !== '' && name !== username) {
        return mismatch(`LocalIdentity ${id} is user ${username}, not ${name}`);
      }
      const holder = this.#directory.identityOf(this.#tenant, username);
      return holder?.metadata.name === id
        ? this.#resolvedUser(username, id)
        : {
            outcome: 'unresolved',
            reason: 'UsernameTaken',
            detail: `user name ${username} belongs to LocalIdentity ${holder?.metadata.name ?? '?'}`,
          };
    }
    if (!this.#local) {
      return this.#resolvedUser(firstOf(name, id), id);
    }
    // A user re-created under the same name has another id, so what was granted to the old one does not come back.
    return found === undefined ? notFound(`LocalIdentity ${id} does not exist`) : this.#foreign('LocalIdentity');
  }

  #userByName(name: string): Resolution {
    const found = alive(this.#directory.identityOf(this.#tenant, name));
    if (found !== undefined) {
      return this.#resolvedUser(name, found.metadata.name ?? '');
    }
    return this.#local
      ? notFound(`no LocalIdentity of tenant ${this.#tenant} has the user name ${name}`)
      : this.#resolvedUser(name, '');
  }

  #resolvedUser(username: string, id: string): Resolution {
    const subject = id === '' ? { name: username } : { id, name: username };
    return { outcome: 'resolved', key: userKey(this.#tenant, username), subject };
  }

  #foreign(kind: string): Resolution {
    const rule = `must name a ${kind} of tenant "${this.#tenant}"; this one belongs to another`;
    return {
      outcome: 'defect',
      defect: { code: 'TenantMismatch', rule, remedy: 'Name a subject of the same tenant.', type: 'Forbidden' },
    };
  }
}

function notFound(detail: string): Resolution {
  return { outcome: 'unresolved', reason: 'SubjectNotFound', detail };
}

function mismatch(detail: string): Resolution {
  return { outcome: 'unresolved', reason: 'SubjectMismatch', detail };
}
