import { codedErrors } from '@tke/errors';

/**
 * What keeps a namespace from moving, or sends it back. The codes are condition reasons. One that has Failed stays as it is, and applying
 * it again changes nothing: every remedy has to begin with its deletion.
 */
export const emigrationErrors = codedErrors({
  DestinationIsSource: {
    class: 'NeedsUser',
    meaning: 'spec.destination is the project in which the namespace is already.',
    remedy: 'Delete this NsEmigration, and create one that names another project.',
  },
  OtherTenant: {
    class: 'NeedsUser',
    meaning: 'Namespace, project and destination are not all of one tenant.',
    remedy: 'Delete this NsEmigration: namespaces move within their tenant only.',
  },
  AlreadyMoved: {
    class: 'NeedsUser',
    meaning: 'The namespace is in the destination already, by an NsEmigration before this one.',
    remedy: 'Delete this NsEmigration, and take it out of git: there is nothing left to do.',
  },
  DestinationOccupied: {
    class: 'NeedsUser',
    meaning: 'The destination has a Namespace of that name, which is another one. Nothing was moved.',
    remedy: 'Delete this NsEmigration, and create it again once the Namespace of that name in the destination is gone.',
  },
  DestinationGone: {
    class: 'NeedsUser',
    meaning: 'The destination is being deleted. The namespace stays where it is, or goes back there.',
    remedy: 'Delete this NsEmigration, and create one that names another project.',
  },
  SourceGone: {
    class: 'NeedsUser',
    meaning: 'The Namespace that shall move is gone or being deleted.',
    remedy: 'Delete this NsEmigration: there is nothing left to move.',
  },
  NewNamespaceGone: {
    class: 'NeedsUser',
    meaning:
      'Somebody deleted the Namespace in the destination while the move was under way. The namespace goes back to where it was.',
    remedy: 'Delete this NsEmigration, and create it again if the namespace shall move after all.',
  },
  MemberNamespaceGone: {
    class: 'NeedsUser',
    meaning: 'The namespace in the cluster was deleted, or deleted and made anew, while the move was under way.',
    remedy: 'Delete this NsEmigration, and create it again when the Namespace is Available.',
  },
  MemberNamespaceTaken: {
    class: 'NeedsUser',
    meaning:
      'The labels of the namespace in the cluster say that it belongs to something else than the source. It is not taken from there.',
    remedy:
      'Delete this NsEmigration, see who changed the labels tkestack.io/projectName and tkestack.io/namespaceName in the cluster, and create it again when the Namespace is Available.',
  },
  MemberUnknown: {
    class: 'Retryable',
    meaning:
      'Whose the namespace in the cluster is has to be seen before the move is taken back, and the cluster is not connected. It is tried again until it is.',
    remedy: 'Check the Cluster and its credential.',
  },
});
