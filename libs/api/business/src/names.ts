/** On a namespace of the hub: the project that owns it. On one of a member: see memberLabels. */
export const projectLabel = 'business.tkestack.io/project';

/** On namespaces of members: whose they are. TKEStack's names. */
export const memberLabels = {
  /** Name of the Project. */
  project: 'tkestack.io/projectName',
  /** Name of the Namespace object. */
  namespace: 'tkestack.io/namespaceName',
} as const;

/** Begin of every project's name: the namespaces of the hub that begin so are for projects. */
export const projectPrefix = 'prj-';
