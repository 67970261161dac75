import { codedErrors } from '@tke/errors';

/**
 * What keeps a namespace from moving, or sends it back. The codes are condition reasons. One that has Failed stays as it is, and applying
 * it again changes nothing: every remedy has to begin with its deletion.
 */
export const emigrationErrors = codedErrors({
  DestinationIsSource: {
    class: 'NeedsUser',
    remedy: 'Delete this NsEmigration, and create one that names another project.',
  },
  OtherTenant: { class: 'NeedsUser', remedy: 'Delete this NsEmigration: namespaces move within their tenant only.' },
  AlreadyMoved: {
    class: 'NeedsUser',
    remedy: 'Delete this NsEmigration, and take it out of git: there is nothing left to do.',
  },
  NameTaken: {
    class: 'NeedsUser',
    remedy:
      'Delete this NsEmigration. If the namespace shall move after all, have the Namespace of that name in the destination deleted before you create it again.',
  },
  DestinationGone: {
    class: 'NeedsUser',
    remedy: 'Delete this NsEmigration, and create one that names another project.',
  },
  SourceGone: { class: 'NeedsUser', remedy: 'Delete this NsEmigration: there is nothing left to move.' },
  NewNamespaceGone: {
    class: 'NeedsUser',
    remedy: 'Delete this NsEmigration, and create it again if the namespace shall move after all.',
  },
  MemberNamespaceGone: {
    class: 'NeedsUser',
    remedy: 'Delete this NsEmigration, and create it again when the Namespace is Available.',
  },
  MemberNamespaceTaken: {
    class: 'NeedsUser',
    remedy:
      'Delete this NsEmigration, see who changed the labels tkestack.io/projectName and tkestack.io/namespaceName in the cluster, and create it again when the Namespace is Available.',
  },
  MemberUnknown: { class: 'Retryable', remedy: 'Check the Cluster and its credential.' },
});
