import type { LocalGroup } from '@tke/api-auth';
import { everyDomain, groupKey } from '@tke/authz';
import type { DeepReadonly } from '@tke/meta';

import { link } from './bindings.ts';
import { Compilation } from './compilation.ts';
import type { CompiledSource } from './compiled.ts';
import type { Directory } from './directory.ts';

/** Links every member to the group. Membership counts in every project, so that a project can be opened to a group. */
export function compileLocalGroup({ metadata, spec }: DeepReadonly<LocalGroup>, directory: Directory): CompiledSource {
  const into = new Compilation();
  const { tenantID = '', users = null } = spec;
  link({ tenantID, users }, { holds: groupKey(tenantID, metadata.name ?? ''), domain: everyDomain }, directory, into);
  return into.finish();
}
