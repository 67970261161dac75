import { codedErrors } from '@tke/errors';

/** What keeps a namespace from moving, or sends it back. The codes are condition reasons. */
export const emigrationErrors = codedErrors({
  DestinationIsSource: { class: 'NeedsUser', remedy: 'Delete this object, and name another project.' },
  OtherTenant: { class: 'NeedsUser', remedy: 'Delete this object: namespaces move within their tenant only.' },
  NameTaken: {
    class: 'NeedsUser',
    remedy: 'Delete the Namespace of that name in the destination, or leave this one where it is.',
  },
  DestinationGone: { class: 'NeedsUser', remedy: 'Delete this object, and name another project.' },
  SourceGone: { class: 'NeedsUser', remedy: 'None: there is nothing left to move.' },
  NewNamespaceGone: {
    class: 'NeedsUser',
    remedy: 'Create the NsEmigration again if the namespace shall move after all.',
  },
  MemberNamespaceGone: {
    class: 'NeedsUser',
    remedy: 'See that the Namespace is Available again, then create the NsEmigration again.',
  },
  MemberNamespaceTaken: {
    class: 'NeedsUser',
    remedy: 'See who changed the labels tkestack.io/projectName and tkestack.io/namespaceName in the cluster.',
  },
  MemberUnknown: { class: 'Retryable', remedy: 'Check the Cluster and its credential.' },
});
