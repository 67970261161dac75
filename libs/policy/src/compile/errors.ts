import { codedErrors, type CatalogueEntry } from '@tke/errors';

import type { DefectCode, UnresolvedReason } from './compiled.ts';

/** What keeps an object from granting all that it says. The rest of it counts, and what heals is noticed by itself. */
export const compileErrors = codedErrors({
  InvalidPattern: {
    class: 'NeedsUser',
    meaning:
      'An action or resource is not of the pattern language: `*` stands for any text, `/:name` for one segment, everything else is literal, and regular expressions are refused.',
    remedy: 'Correct the pattern; write several patterns in place of `a|b`.',
  },
  InvalidSubject: {
    class: 'NeedsUser',
    meaning:
      'A user or group cannot stand in a row of the rules: its name is empty, too long, or has commas or control characters.',
    remedy: 'Correct the field that the message names.',
  },
  InvalidRule: {
    class: 'NeedsUser',
    meaning:
      'A row cannot be one of the rules: a field is empty, too long, or has characters that no row has. Decisions leave it out; other rows are not touched by it.',
    remedy: 'Correct the field that the message names.',
  },
  NameTaken: {
    class: 'NeedsUser',
    meaning:
      'Two objects would speak under one name in the rules: two CustomPolicyBindings whose rulePrefix and policyID make the same key, or two tenants whose default policies have the same names. The older one stands.',
    remedy: 'Rename or delete one of the two that have the name.',
  },
  ScopeMismatch: {
    class: 'NeedsUser',
    meaning: 'A PolicyBinding names a policy of scope `project`, or a ProjectPolicyBinding one of scope `platform`.',
    remedy: 'Use the other kind of binding.',
  },
  TenantMismatch: {
    class: 'NeedsUser',
    meaning: 'A binding or role names a policy, role or subject of another tenant. Nothing is granted across tenants.',
    remedy: 'Name an object of the same tenant.',
  },
  TooManyRules: {
    class: 'NeedsUser',
    meaning:
      'The resources of a CustomPolicyBinding times the actions of its policy exceed 4096. What allows grants nothing meanwhile; what denies, denies every action on these resources.',
    remedy: 'Use wider patterns, or several objects.',
  },
  UsernameTaken: {
    class: 'NeedsUser',
    meaning:
      'Two LocalIdentities of the tenant have one username. The older one has it; the other cannot be granted anything.',
    remedy: 'Rename or delete one of the two.',
  },
  PolicyNotFound: {
    class: 'NeedsUser',
    meaning:
      'The object names a policy that does not exist. Objects may be applied in any order: once it is there, what it grants counts.',
    remedy: 'Create the policy, or correct the name.',
  },
  ProjectNotFound: {
    class: 'NeedsUser',
    meaning:
      'A binding or role is about one project, and its tenant has none of that name, so that nobody can use what it grants there. Objects may be applied in any order: once the Project is there, it counts.',
    remedy: 'Create the Project, or name one that exists.',
  },
  RoleNotFound: {
    class: 'NeedsUser',
    meaning:
      'The binding names a role that does not exist. Objects may be applied in any order: once it is there, what it grants counts.',
    remedy: 'Create the role, or correct the name.',
  },
  SubjectMismatch: {
    class: 'NeedsUser',
    meaning:
      'Id and name of a subject contradict each other: the name is not the username of the LocalIdentity that the id names, or only one of the two is `*`.',
    remedy: 'Correct the name, or leave it out.',
  },
  SubjectNotFound: {
    class: 'NeedsUser',
    meaning:
      'In a tenant whose users are LocalIdentities, there is none of that id or name, or no LocalGroup. A user who was created anew has another id: what the former one was granted does not come back.',
    remedy: 'Create the LocalIdentity or LocalGroup, or correct the id.',
  },
  TenantNotFound: {
    class: 'NeedsUser',
    meaning:
      'spec.tenantID is empty, or no IdentityProvider has the name that it gives, so that nobody can be of that tenant. Objects may be applied in any order: once the IdentityProvider is there, the object counts.',
    remedy: 'Create the IdentityProvider, or correct spec.tenantID.',
  },
} satisfies Readonly<Record<DefectCode | UnresolvedReason, CatalogueEntry>>);
