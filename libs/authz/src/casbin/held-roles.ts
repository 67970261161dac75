import { DefaultRoleManager } from 'casbin';

/**
 * Answers Casbin's `g` from what a name is known to hold. Casbin's own search visits a role once for every path to it,
 * which a few layers of roles make endless.
 */
export class HeldRoles extends DefaultRoleManager {
  readonly #reach: (name: string, domain?: string) => ReadonlySet<string>;
  readonly #held = new Map<string, ReadonlySet<string>>();

  constructor(reach: (name: string, domain?: string) => ReadonlySet<string>) {
    super(0);
    this.#reach = reach;
  }

  override syncedHasLink(name: string, role: string, domain?: string): boolean {
    const key = `${name}\0${domain ?? ''}`;
    let held = this.#held.get(key);
    if (held === undefined) {
      held = this.#reach(name, domain);
      this.#held.set(key, held);
    }
    return name === role || held.has(role);
  }
}
