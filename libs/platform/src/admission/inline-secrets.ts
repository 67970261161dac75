import type { Cluster, ClusterCredential, SshLogin } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

type Login = DeepReadonly<SshLogin> & { readonly proxy?: DeepReadonly<SshLogin> };

const ofLogins = ['password', 'privateKey', 'passPhrase'] as const;
const ofCredentials = [
  ...(['etcdCAKey', 'etcdAPIClientKey', 'caKey', 'clientKey'] as const),
  ...(['token', 'bootstrapToken', 'certificateKey'] as const),
];

/** Paths of the secrets that stand in a login to a host, and to the proxy in front of it, themselves. */
export function inlineInLogin(path: string, login: Login): readonly string[] {
  const { proxy } = login;
  return [
    ...ofLogins.filter((field) => login[field]).map((field) => `${path}.${field}`),
    ...ofLogins.filter((field) => proxy?.[field]).map((field) => `${path}.proxy.${field}`),
  ];
}

export function inlineInCluster({ spec }: DeepReadonly<Cluster>): readonly string[] {
  return (spec.machines ?? []).flatMap((machine, index) => inlineInLogin(`spec.machines[${index}]`, machine));
}

export function inlineInCredential(credential: DeepReadonly<ClusterCredential>): readonly string[] {
  return ofCredentials.filter((field) => credential[field]);
}

const maxNamed = 2;

/** One warning about all of them, without their values. */
export function inlineWarnings(kind: string, fields: readonly string[], advice: string): readonly string[] {
  if (fields.length === 0) {
    return [];
  }
  const more = fields.length - maxNamed;
  const named = fields.slice(0, maxNamed).join(', ') + (more > 0 ? ` and ${more} more fields` : '');
  return [`${named} in clear: everybody who may read this ${kind} reads it too; ${advice}`];
}
