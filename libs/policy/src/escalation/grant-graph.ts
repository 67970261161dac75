import { customPolicyBinding, policyBinding, projectPolicyBinding, roleBinding, rule, type Rule } from '@tke/api-auth';
import { everyDomain, parseRow, parseSubjectKey, type Effect, type Link, type Row, type Statement } from '@tke/authz';
import type { DeepReadonly, Kind, KubeObject } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

import { customRowKey } from '../compile/custom-policy-binding.ts';
import { alive, type Directory } from '../compile/directory.ts';
import { firstOf } from '../compile/first-of.ts';
import { topicIndex } from '../indexes.ts';
import { handWrittenIndex } from './rule-indexes.ts';

/** Rows that somebody holds by holding a name. */
export interface NamedStatement extends Statement {
  readonly effect: Effect;
  /** Tenant whose users may know the rows; undefined for what is the platform's own. */
  readonly tenant: string | undefined;
}

/**
 * What names hand out, read from the objects that people write and not from the Rules made of them: those come a moment
 * later, and it is what will hold that must be held. Rules that people write count as well.
 */
export class GrantGraph {
  readonly directory: Directory;
  readonly #cache: CacheReader;

  constructor(cache: CacheReader, directory: Directory) {
    this.#cache = cache;
    this.directory = directory;
  }

  linksOf(name: string): readonly Link[] {
    const written = this.#handWritten(name).flatMap((row) =>
      row.kind === 'g' ? [{ role: row.role, domain: row.domain }] : [],
    );
    return [...this.#linksOfRole(name), ...this.#linksOfGroup(name), ...written];
  }

  statementsOf(name: string): readonly NamedStatement[] {
    const written = this.#handWritten(name).flatMap((row): NamedStatement[] =>
      row.kind === 'p'
        ? [{ actions: [row.action], resources: [row.object], effect: row.effect, tenant: undefined }]
        : [],
    );
    return [...this.#statementsOfPolicy(name), ...this.#statementsOfCustomBinding(name), ...written];
  }

  #linksOfRole(name: string): readonly Link[] {
    const found = alive(this.directory.role(name));
    const domain = this.#domainOfRole(name);
    return (found?.spec.policies ?? [])
      .filter((policyID) => !this.isForeign(policyID, found?.spec.tenantID ?? ''))
      .map((role) => ({ role, domain }));
  }

  /** By what bindings say, whether the group exists already or is being created. */
  #linksOfGroup(key: string): readonly Link[] {
    const group = parseSubjectKey(key);
    if (group?.kind !== 'group') {
      return [];
    }
    const about = <T extends Bound>(kind: Kind<T>) =>
      this.#cache
        .list(kind, { index: { name: topicIndex, value: `group/${group.name}` } })
        .filter((each) => alive(each) !== undefined && (each.spec.tenantID ?? '') === group.tenant);
    const links = [
      ...about(policyBinding).map(({ spec }) => ({ role: spec.policyID, domain: everyDomain })),
      ...about(projectPolicyBinding).map(({ spec }) => ({ role: spec.policyID, domain: spec.projectID })),
      ...about(customPolicyBinding).map((each) => ({ role: customRowKey(each), domain: each.spec.domain })),
      ...about(roleBinding).map(({ spec }) => ({ role: spec.roleID, domain: this.#domainOfRole(spec.roleID) })),
    ];
    return links.filter(({ role }) => !this.isForeign(role, group.tenant));
  }

  #domainOfRole(name: string): string {
    return firstOf(this.directory.role(name)?.spec.projectID, everyDomain);
  }

  /** Whether a policy or role is another tenant's, so that what refers to it compiles to nothing. */
  isForeign(name: string, tenant: string): boolean {
    const found: Tenanted | undefined = this.directory.policy(name) ?? this.directory.role(name);
    return found !== undefined && (found.spec.tenantID ?? '') !== tenant;
  }

  #statementsOfPolicy(name: string): readonly NamedStatement[] {
    const found = alive(this.directory.policy(name));
    return found === undefined ? [] : [{ ...found.spec.statement, tenant: found.spec.tenantID }];
  }

  #statementsOfCustomBinding(key: string): readonly NamedStatement[] {
    const found = alive(this.directory.customBindingOf(key));
    const policy = found && alive(this.directory.policy(found.spec.policyID));
    if (found === undefined || policy === undefined) {
      return [];
    }
    const { actions, effect } = policy.spec.statement;
    return [{ actions, resources: found.spec.resources, effect, tenant: found.spec.tenantID }];
  }

  #handWritten(name: string): readonly Row[] {
    const rules: readonly DeepReadonly<Rule>[] = this.#cache.list(rule, {
      index: { name: handWrittenIndex, value: name },
    });
    return rules.flatMap(({ spec }) => {
      const parsed = parseRow(spec);
      return parsed.ok ? [parsed.row] : [];
    });
  }
}

interface Tenanted {
  readonly spec: { readonly tenantID?: string };
}

type Bound = KubeObject & { spec: { tenantID?: string } };
