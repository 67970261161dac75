import type { Subject } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';

import { firstOf } from '../compile/first-of.ts';
import type { SubjectSpec } from '../compile/subjects.ts';
import type { Topic } from './rule-source.ts';

/** What the subjects of a spec depend on. */
export function subjectTopics({ tenantID = '', users, groups }: SubjectSpec): readonly Topic[] {
  return [
    `tenant/${tenantID}`,
    ...(users ?? []).flatMap((subject) => userTopics(tenantID, subject)),
    ...(groups ?? []).map(({ id, name }): Topic => `group/${firstOf(id, name)}`),
  ];
}

function userTopics(tenant: string, { id = '', name = '' }: DeepReadonly<Subject>): readonly Topic[] {
  // With an id the name is only compared with what the id leads to.
  return [id === '' ? usernameTopic(tenant, name) : `identity/${id}`];
}

export function usernameTopic(tenant: string | undefined, username: string): Topic {
  return `username/${tenant ?? ''}/${username}`;
}
