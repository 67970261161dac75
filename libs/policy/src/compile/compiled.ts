import type { Subject, UnresolvedReference } from '@tke/api-auth';
import type { RuleSpec } from '@tke/authz';
import type { FieldProblem } from '@tke/webhook';

/** Something wrong with an object that waits for a change of the object, or of what it clashes with. */
export interface Defect extends FieldProblem {
  /** Reason of the Stalled condition. */
  readonly code: DefectCode;
}

export type DefectCode =
  | 'InvalidPattern'
  | 'InvalidSubject'
  | 'InvalidRule'
  | 'NameTaken'
  | 'ScopeMismatch'
  | 'TenantMismatch'
  | 'TooManyRules'
  | 'UsernameTaken';

export type UnresolvedReason =
  | 'PolicyNotFound'
  | 'ProjectNotFound'
  | 'RoleNotFound'
  | 'SubjectMismatch'
  | 'SubjectNotFound'
  | 'TenantNotFound'
  | 'UsernameTaken';

/** A reference that grants nothing as things are, and may heal without a change of the object that holds it. */
export interface Unresolved extends UnresolvedReference {
  readonly reason: UnresolvedReason;
  /** Path of the reference. */
  readonly field: string;
  /** A sentence for messages and warnings. */
  readonly detail: string;
}

/** What an object means: the rows it grants, whom it reaches, and what of it means nothing. */
export interface CompiledSource {
  /** Valid and without repetition. */
  readonly rows: readonly RuleSpec[];
  readonly users: readonly Subject[];
  readonly groups: readonly Subject[];
  readonly unresolved: readonly Unresolved[];
  readonly defects: readonly Defect[];
}
