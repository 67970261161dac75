import { DefaultRoleManager, Enforcer, FunctionMap, newModelFromString, type Assertion } from 'casbin';
import type { AccessRequest } from '../../decide/request.ts';
import { reservedWord } from '../../decide/verbs.ts';
import type { Decision } from '../../decide/decision.ts';
import { builtinModel } from '../../casbin/builtin-model.ts';
import { everyDomain, type LinkRow, type PolicyRow, type Row } from '../../rows/row.ts';
import { originalText } from './original-pattern.ts';
import { possibleObjects } from './world.ts';

/**
 * What is different from TKEStack on purpose. Each is a change of what Casbin is given, and nothing else: with all of
 * them Casbin must answer what we answer, with none of them it answers what TKEStack answered.
 */
export const differences = {
  escaping: 'patterns are globs: a dot is a dot, and of "/:name" only that segment varies',
  union: 'the user, everyone and the groups a directory tells are one caller, so a deny on any of them counts',
  domains: 'links of the project and links of all projects may follow each other',
  reserved: 'impersonate, bind and their like are allowed only by an action that spells them out',
  collections: 'a deny on a member denies the collection',
  plurals: 'a deny on listPods denies a list by name, one on watchPods a watch',
} as const;

export type Difference = keyof typeof differences;

const searchDepth = 10;

/** node-casbin with TKEStack's model, role manager, pattern function and order of questions. */
export class Oracle {
  readonly #rows: readonly Row[];
  readonly #enforcer: OracleEnforcer;
  readonly #managers = new Map<string, TkeRoleManager>();

  /** @param enforcer may be shared by oracles that are asked one after the other. */
  constructor(rows: readonly Row[], enforcer = new OracleEnforcer()) {
    this.#rows = rows;
    this.#enforcer = enforcer;
  }

  /** @param depth `deeper`: as if links were followed much further than they are. */
  ask(
    request: AccessRequest,
    applied: ReadonlySet<Difference>,
    depth: 'deeper' | 'limited' = 'limited',
  ): Decision['kind'] {
    const { subjects } = request;
    const [user, everyone = ''] = subjects;
    this.#enforcer.escaping = applied.has('escaping');
    this.#enforcer.policy.policy = this.#policyRows(request, applied);
    this.#enforcer.roles.rm = this.#roles(request, applied, depth === 'deeper' ? 2 * searchDepth : searchDepth);
    if (applied.has('union')) {
      return this.#enforce(caller, request);
    }
    const own = this.#enforce(user, request);
    return own === 'allow' ? own : this.#enforce(everyone, request);
  }

  #enforce(subject: string, { domain, object, action }: AccessRequest): Decision['kind'] {
    const [allowed, row] = this.#enforcer.enforceExSync(subject, domain === '' ? everyDomain : domain, object, action);
    return allowed ? 'allow' : row[4] === 'deny' ? 'deny' : 'noOpinion';
  }

  #policyRows(request: AccessRequest, applied: ReadonlySet<Difference>): string[][] {
    const rows = this.#rows.filter((row): row is PolicyRow => row.kind === 'p');
    const reserved = applied.has('reserved') ? reservedWord(request) : undefined;
    const heard = rows.filter(
      ({ action, effect }) => effect === 'deny' || reserved === undefined || spellsOut(action, reserved),
    );
    return heard.map(({ policy, object, action, effect }) => {
      const widened =
        applied.has('collections') &&
        effect === 'deny' &&
        possibleObjects(request).some((possible) => this.#enforcer.matches(possible, object));
      const respelled =
        applied.has('plurals') &&
        effect === 'deny' &&
        request.deniedAs !== undefined &&
        this.#enforcer.matches(request.deniedAs, action);
      return [policy, everyDomain, widened ? request.object : object, respelled ? request.action : action, effect];
    });
  }

  /** Made once for all requests that differ in nothing it depends on. */
  #roles({ subjects, domain }: AccessRequest, applied: ReadonlySet<Difference>, depth: number): TkeRoleManager {
    const union = applied.has('union');
    const key = [domain, depth, applied.has('domains'), ...(union ? subjects : [])].join('\n');
    let manager = this.#managers.get(key);
    if (manager === undefined) {
      manager = new TkeRoleManager(union ? depth + 1 : depth);
      this.#link(manager, domain, applied.has('domains'), union ? subjects : []);
      this.#managers.set(key, manager);
    }
    return manager;
  }

  #link(manager: TkeRoleManager, domain: string, joined: boolean, union: readonly string[]): void {
    const links = this.#rows.filter((row): row is LinkRow => row.kind === 'g');
    const domains = [...new Set([everyDomain, domain])].filter((each) => each !== '');
    for (const link of links) {
      const everywhere = joined && link.domain === everyDomain;
      (everywhere ? domains : [link.domain]).forEach((each) => manager.link(link.member, link.role, each));
    }
    union.forEach((subject) => domains.forEach((each) => manager.link(caller, subject, each)));
  }
}

const caller = 'the caller';

function spellsOut(action: string, word: string): boolean {
  return (action.split('*')[0] ?? '').toLowerCase().startsWith(word.toLowerCase());
}

/** TKEStack's: it searches the domain, then all domains; links of the two never join. */
class TkeRoleManager extends DefaultRoleManager {
  /** Adds at once: the work of addLink is synchronous. */
  link(member: string, role: string, domain: string): void {
    void this.addLink(member, role, domain);
  }

  override syncedHasLink(member: string, role: string, domain = everyDomain): boolean {
    return super.syncedHasLink(member, role, domain) || super.syncedHasLink(member, role, everyDomain);
  }
}

export class OracleEnforcer extends Enforcer {
  readonly policy: Assertion;
  readonly roles: Assertion;
  escaping = false;
  readonly #compiled = new Map<string, RegExp>();

  constructor() {
    super();
    this.setModel(newModelFromString(builtinModel));
    const [policy, roles] = [this.model.model.get('p')?.get('p'), this.model.model.get('g')?.get('g')];
    if (policy === undefined || roles === undefined) {
      throw new Error('the built-in model has no p or no g');
    }
    this.policy = policy;
    this.roles = roles;
    // Casbin copies every function for every row it looks at: without those that the model does not call it takes a third.
    this.fm = new FunctionMap();
    this.fm.addFunction('keyMatchCustom', (name: string, pattern: string) => this.matches(name, pattern));
  }

  matches(name: string, pattern: string): boolean {
    const key = `${String(this.escaping)} ${pattern}`;
    let expression = this.#compiled.get(key);
    if (expression === undefined) {
      const text = (this.escaping ? globText : originalText)(pattern.toLowerCase());
      if (text === undefined) {
        throw new Error(`TKEStack never ends with pattern ${pattern}`);
      }
      expression = new RegExp(`^${text}$`);
      this.#compiled.set(key, expression);
    }
    return expression.test(name.toLowerCase());
  }
}

function globText(pattern: string): string {
  return pattern
    .replaceAll(/[.+?^$()[\]{}|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll(/(?<=\/):[^/]+/g, '[^/]+');
}
