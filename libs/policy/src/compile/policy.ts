import type { Policy, Subject } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';

import { Compilation } from './compilation.ts';
import type { CompiledSource } from './compiled.ts';
import { alive, type Directory } from './directory.ts';
import { usablePatterns } from './patterns.ts';
import { expectTenant } from './references.ts';

/** Subjects shown in the status of one policy or role. An etcd value holds 1.5 MB, and bindings may be many. */
const maxShown = 1000;

/** One permission for every action on every resource, bound or not: a role may hand the policy out as well as a binding. */
export function compilePolicy({ metadata, spec }: DeepReadonly<Policy>, directory: Directory): CompiledSource {
  const into = new Compilation();
  const { actions, resources, effect } = spec.statement;
  const objects = usablePatterns('resource', resources, 'spec.statement.resources', into);
  const name = metadata.name ?? '';
  for (const action of usablePatterns('action', actions, 'spec.statement.actions', into)) {
    for (const object of objects) {
      into.grant(
        { kind: 'p', policy: name, object: object.text, action: action.text, effect },
        action.field,
        'InvalidPattern',
      );
    }
  }
  expectTenant(spec.tenantID ?? '', directory, into);
  showHolders(directory.bindingsOfPolicy(name), spec.tenantID, into);
  return into.finish();
}

interface Binding {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly spec: { readonly tenantID?: string };
  readonly status?: {
    readonly users?: readonly DeepReadonly<Subject>[] | null;
    readonly groups?: readonly DeepReadonly<Subject>[] | null;
  };
}

/** Gathers whom the bindings of an object reach, from what their own status says. */
export function showHolders(bindings: readonly Binding[], tenant: string | undefined, into: Compilation): void {
  const counted = bindings.filter(
    (binding) => alive(binding) !== undefined && (binding.spec.tenantID ?? '') === (tenant ?? ''),
  );
  const shown = (subjects: readonly DeepReadonly<Subject>[]) => subjects.slice(0, maxShown);
  for (const user of shown(counted.flatMap(({ status }) => status?.users ?? []))) {
    into.reachesUser(subjectKey(user), user);
  }
  for (const group of shown(counted.flatMap(({ status }) => status?.groups ?? []))) {
    into.reachesGroup(subjectKey(group), group);
  }
}

function subjectKey({ id = '', name = '' }: DeepReadonly<Subject>): string {
  return `${id}\0${name}`;
}
