import { codedErrors } from '@tke/errors';

export const projectErrors = codedErrors({
  NamespaceTaken: {
    class: 'NeedsUser',
    meaning:
      'A Project owns the namespace of its name on the hub, and that one belongs to another Project by its label.',
    remedy: 'Give the Project another name, or end what has the namespace.',
  },
  TenantNotFound: {
    class: 'NeedsUser',
    meaning:
      'spec.tenantID of the Project is empty, or no IdentityProvider has the name that it gives, so that nobody can be of that tenant. Objects may be applied in any order: the Project follows once the tenant is there.',
    remedy: 'Create the IdentityProvider, or make the Project in a tenant that exists.',
  },
  ClusterNotFound: {
    class: 'NeedsUser',
    meaning:
      'spec.clusters limits what may be used in a Cluster that the tenant does not have. The limits are set aside, and in the other clusters they can be used. Objects may be applied in any order: the Project follows once the Cluster is there.',
    remedy: 'Create the Cluster, or take it out of spec.clusters.',
  },
  ParentUnfit: {
    class: 'NeedsUser',
    meaning:
      'The Project that spec.parentProjectName names cannot be the one above: it is of another tenant, below this one itself, or too deep in the tree.',
    remedy: 'Name another Project in spec.parentProjectName, or none.',
  },
});
