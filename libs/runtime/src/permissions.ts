export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | 'bind'
  | 'escalate'
  | 'impersonate';

/** One RBAC rule, declared beside the code that needs it; `config/rbac` is generated from the sum of these. */
export interface Permission {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly Verb[];
  readonly resourceNames?: readonly string[];
  /** Limits the rule to a Role in this namespace. Absent: a ClusterRole. */
  readonly namespace?: string;
}
