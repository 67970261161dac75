import { rule } from '@tke/api-auth';
import type { PowerOver } from '@tke/authz';

/** Power over an object of auth.tkestack.io. */
export function powerOver(
  verb: PowerOver['verb'],
  resource: 'policies' | 'roles' | 'localgroups' | 'custompolicybindings',
  name: string,
  namespace?: string,
): PowerOver {
  return { verb, group: rule.group, resource, name, namespace };
}

const kinds: Readonly<Record<string, string>> = {
  policies: 'Policy',
  roles: 'Role',
  localgroups: 'Localgroup',
  custompolicybindings: 'Custompolicybinding',
};

/** The power as a policy grants it: `bindPolicy on policy:pol-a`. */
export function powerText({ verb, resource, namespace, name }: PowerOver): string {
  const kind = kinds[resource] ?? resource;
  const within = namespace === undefined ? '' : `namespace:${namespace}/`;
  return `${verb}${kind} on ${within}${kind.toLowerCase()}:${name}`;
}
