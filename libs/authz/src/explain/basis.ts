import { Authorizer, type AuthorizerOptions } from '../authorizer/authorizer.ts';

/** What decisions are made from, to be asked about as a whole. It must have been read completely. */
export type DecisionBasis = Pick<
  AuthorizerOptions,
  'rules' | 'tenants' | 'projects' | 'hubTenants' | 'platformNamespaces'
>;

/** The authorizer that kube-apiserver would be answered by. */
export function authorizerOf(basis: DecisionBasis): Authorizer {
  return new Authorizer({ ...basis, ready: () => true });
}
