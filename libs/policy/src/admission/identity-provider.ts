import { identityProvider, type IdentityProvider } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';
import type { FieldProblem } from '@tke/webhook';

import { firstOf } from '../compile/first-of.ts';
import { platformOnlyAdmission } from './platform-only-admission.ts';

export const providerAdmission = platformOnlyAdmission({
  kind: identityProvider,
  examine: ({ spec }) => {
    const config = parsed(spec);
    return { problems: configProblems(config), warnings: secretWarnings(config) };
  },
});

/** The settings of the kind of provider; undefined when they are no JSON. */
function parsed({ config }: DeepReadonly<IdentityProvider['spec']>): unknown {
  try {
    return JSON.parse(firstOf(config, '{}')) as unknown;
  } catch {
    return undefined;
  }
}

function configProblems(config: unknown): readonly FieldProblem[] {
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
    return [];
  }
  // Without the value: it may hold secrets.
  return [
    {
      field: 'spec.config',
      value: undefined,
      rule: 'must be a JSON object as text',
      remedy: 'Correct the JSON, or leave the field out.',
      type: 'Invalid',
    },
  ];
}

const secretKey = /^(bindpw|.*(password|secret|token|private_?key).*)$/i;

/** Names of the settings that hold a secret in clear; never the values. */
function secretWarnings(config: unknown): readonly string[] {
  const secrets = secretsIn(config);
  return secrets.length === 0
    ? []
    : [`spec.config holds ${secrets.join(', ')} in clear: everybody who may read IdentityProviders reads it too`];
}

function secretsIn(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, member]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return typeof member === 'string' ? (member !== '' && secretKey.test(key) ? [here] : []) : secretsIn(member, here);
  });
}
