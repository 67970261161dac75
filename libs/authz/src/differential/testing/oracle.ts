import { DefaultRoleManager, Enforcer, newModelFromString, type Assertion } from 'casbin';
import { reservedWord, type AccessRequest } from '../../decide/request.ts';
import type { Decision } from '../../decide/decision.ts';
import { builtinModel } from '../../casbin/builtin-model.ts';
import { everyDomain, type LinkRow, type PolicyRow, type Row } from '../../rows/row.ts';
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
  readonly #enforcer = new OracleEnforcer();

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  ask(request: AccessRequest, applied: ReadonlySet<Difference>): Decision['kind'] {
    const { subjects } = request;
    const [user, everyone = ''] = subjects;
    this.#enforcer.escaping = applied.has('escaping');
    this.#enforcer.policy.policy = this.#policyRows(request, applied);
    this.#enforcer.roles.rm = this.#roles(request, applied);
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

  #roles({ subjects, domain }: AccessRequest, applied: ReadonlySet<Difference>): TkeRoleManager {
    const links = this.#rows.filter((row): row is LinkRow => row.kind === 'g');
    const manager = new TkeRoleManager(applied.has('union') ? searchDepth + 1 : searchDepth);
    const domains = [...new Set([everyDomain, domain])].filter((each) => each !== '');
    for (const link of links) {
      const everywhere = applied.has('domains') && link.domain === everyDomain;
      (everywhere ? domains : [link.domain]).forEach((each) => manager.link(link.member, link.role, each));
    }
    if (applied.has('union')) {
      subjects.forEach((subject) => domains.forEach((each) => manager.link(caller, subject, each)));
    }
    return manager;
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

class OracleEnforcer extends Enforcer {
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
    this.fm.addFunction('keyMatchCustom', (name: string, pattern: string) => this.matches(name, pattern));
  }

  matches(name: string, pattern: string): boolean {
    const key = `${String(this.escaping)} ${pattern}`;
    let expression = this.#compiled.get(key);
    if (expression === undefined) {
      expression = new RegExp(`^${(this.escaping ? globText : originalText)(pattern.toLowerCase())}$`);
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

/** keyMatchCustom of TKEStack, to the letter. */
function originalText(pattern: string): string {
  let text = pattern.replaceAll('*', '.*');
  while (text.includes('/:')) {
    text = text.replace(/(.*):[^/]+(.*)/, '$1[^/]+$2');
  }
  return text;
}
