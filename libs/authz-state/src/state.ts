import { authKinds, tenantKinds as tenantAuthKinds } from '@tke/api-auth';
import { businessKinds } from '@tke/api-business';
import { platformKinds as clusterKinds, tenantPlatformKinds } from '@tke/api-platform';
import { ProjectIndex, RuleIndex, TenantIndex, type DefectiveRule, type RuleSpec } from '@tke/authz';
import { compareResourceVersions } from '@tke/meta';

/** Hears once of each Rule that takes part in no decision, and again when it comes back wrong. */
export type DefectListener = (rule: DefectiveRule) => void;

/** Every kind whose objects belong to tenants. */
export const tenantKinds = [...tenantAuthKinds, ...tenantPlatformKinds, ...businessKinds];
const platformKinds = [...authKinds, ...clusterKinds].filter((kind) => !tenantKinds.includes(kind));

/** What decisions are made from: rows, tenants with their objects, projects. Whoever reads the objects feeds it. */
export class AuthorizationState {
  readonly rules = new RuleIndex();
  readonly tenants = new TenantIndex({ tenant: tenantKinds, platform: platformKinds });
  readonly projects = new ProjectIndex();
  readonly #onDefect: DefectListener;
  readonly #reported = new Set<string>();
  #revision = '';

  constructor(onDefect: DefectListener = () => undefined) {
    this.#onDefect = onDefect;
  }

  /** resourceVersion of the newest change of a Rule that decisions know of; empty before the first. */
  get revision(): string {
    return this.#revision;
  }

  setRule(name: string, spec: RuleSpec, source: string | undefined, resourceVersion: string): void {
    const defects = this.rules.upsert(name, spec, source);
    this.#changed(resourceVersion);
    if (defects.length === 0) {
      this.#reported.delete(name);
    } else if (!this.#reported.has(name)) {
      this.#reported.add(name);
      this.#onDefect({ name, source, defects });
    }
  }

  removeRule(name: string, resourceVersion: string): void {
    this.rules.remove(name);
    this.#reported.delete(name);
    this.#changed(resourceVersion);
  }

  // A first list does not come in the order of versions.
  #changed(resourceVersion: string): void {
    if (compareResourceVersions(resourceVersion, this.#revision) > 0) {
      this.#revision = resourceVersion;
    }
  }
}
