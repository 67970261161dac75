import { Authorizer, ProjectIndex, TenantIndex } from '@tke/authz';
import type { KubeObject } from '@tke/meta';
import type { AdmissionRequest, AdmissionUser, FieldProblem } from '@tke/webhook';

import { policyAdmissions } from '../admission/policy-admissions.ts';
import { compiledPlatform } from './compiled-platform.ts';

export type Admissions = ReturnType<typeof policyAdmissions>;

/** A user of a tenant, with groups that his credentials assert. */
export function tenantUser(username: string, groups: readonly string[] = [], tenant = 'default'): AdmissionUser {
  return { username, uid: '', groups, extra: { 'tkestack.io/tenantid': [tenant] } };
}

interface Change {
  readonly object?: KubeObject | undefined;
  readonly oldObject?: KubeObject | undefined;
}

/** What is refused of a change: a creation without `oldObject`, a deletion without `object`. */
export async function problemsOf(
  admissions: Admissions,
  by: AdmissionUser,
  change: Change,
): Promise<readonly FieldProblem[]> {
  const { object, oldObject } = change;
  const about = object ?? oldObject;
  const found = admissions.find(({ kind }) => kind.kind === about?.kind);
  if (about === undefined || found?.validate === undefined) {
    throw new Error(`nothing admits ${about?.kind ?? 'nothing'}`);
  }
  const request: AdmissionRequest = {
    uid: '1',
    operation: object === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE',
    kind: found.kind,
    name: about.metadata.name ?? '',
    userInfo: by,
    dryRun: false,
    ...(object && { object }),
    ...(oldObject && { oldObject }),
  };
  return (await found.validate(request)).problems;
}

/** The same as fields and types. */
export async function admission(admissions: Admissions, by: AdmissionUser, change: Change): Promise<readonly string[]> {
  const problems = await problemsOf(admissions, by, change);
  return problems.map(({ field, type }) => `${field} ${type}`);
}

/** One write after the other, each judged by admission beside what is stored by then. */
export class Story {
  #stored: readonly KubeObject[];
  readonly #signal: AbortSignal;

  constructor(stored: readonly KubeObject[], signal: AbortSignal) {
    this.#stored = stored;
    this.#signal = signal;
  }

  /** @returns what is refused; nothing is stored then. */
  async write(by: AdmissionUser, object: KubeObject): Promise<readonly string[]> {
    const refused = await this.#ask(by, { object, oldObject: this.#find(object) });
    return refused.length === 0 ? this.#store(object) : refused;
  }

  async remove(by: AdmissionUser, object: KubeObject): Promise<readonly string[]> {
    const refused = await this.#ask(by, { oldObject: this.#find(object) });
    return refused.length === 0 ? this.#drop(object) : refused;
  }

  /** What the platform does without asking: seeding, GitOps, a finalizer. */
  force(...objects: readonly KubeObject[]): void {
    for (const object of objects) {
      this.#store(object);
    }
  }

  forceAway(object: KubeObject): void {
    this.#drop(object);
  }

  /** What the authorizer answers to `verb resource[/name]`, once the rules of everything are made. */
  async may(by: AdmissionUser, verb: string, resource: string, namespace?: string): Promise<string> {
    const { rules } = await compiledPlatform(this.#stored, this.#signal);
    const tenants = new TenantIndex({ tenant: [] });
    tenants.setTenant('default', []);
    const authorizer = new Authorizer({
      rules: rules.index,
      tenants,
      hubTenants: new Set(['default']),
      projects: new ProjectIndex(),
      ready: () => true,
    });
    const [plural = '', name = ''] = resource.split('/');
    const { kind } = authorizer.verdict({
      user: by.username,
      groups: [...by.groups],
      extra: Object.fromEntries(Object.entries(by.extra).map(([key, values]) => [key, [...values]])),
      resourceAttributes: { verb, resource: plural, name, ...(namespace === undefined ? {} : { namespace }) },
    });
    return kind;
  }

  async #ask(by: AdmissionUser, change: Change) {
    const { cache, rules } = await compiledPlatform(this.#stored, this.#signal);
    return admission(policyAdmissions(cache, rules), by, change);
  }

  #find(object: KubeObject): KubeObject | undefined {
    return this.#stored.find((each) => isSame(each, object));
  }

  #store(object: KubeObject): readonly string[] {
    this.#stored = [...this.#stored.filter((each) => !isSame(each, object)), object];
    return [];
  }

  #drop(object: KubeObject): readonly string[] {
    this.#stored = this.#stored.filter((each) => !isSame(each, object));
    return [];
  }
}

function isSame(a: KubeObject, b: KubeObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;
}
