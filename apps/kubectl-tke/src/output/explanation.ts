import {
  parseSubjectKey,
  rowOf,
  rowText,
  type Explanation,
  type PolicyRule,
  type RoleLink,
  type RowsExplanation,
} from '@tke/authz';

/** A row as documents show it. */
export interface RowDocument {
  readonly row: string;
  /** Name of the Rule. */
  readonly rule: string;
  /** `<Kind>/<name>` of the object it was made from; absent when it was written by hand. */
  readonly source: string | undefined;
}

export interface GrantDocument extends RowDocument {
  readonly policy: string;
  readonly subject: string;
  /** From the subject to the policy. */
  readonly chain: readonly (RowDocument & {
    readonly member: string;
    readonly holds: string;
    readonly project: string;
  })[];
}

export function rowDocument(entry: PolicyRule | RoleLink): RowDocument {
  return { row: rowText(rowOf(entry)), rule: entry.name, source: entry.source };
}

export function grantDocument({ subject, path, rule }: Explanation): GrantDocument {
  return {
    policy: rule.policy,
    ...rowDocument(rule),
    subject,
    chain: path.map((link) => ({
      member: link.member,
      holds: link.role,
      project: link.domain,
      ...rowDocument(link),
    })),
  };
}

export function objectionDocument(objection: RowsExplanation['objection']): object | undefined {
  return objection && { part: objection.part, reason: objection.verdict.reason };
}

/** The object to look at: what a row was made from, or the Rule itself. */
export function originOf({ source, name }: PolicyRule | RoleLink): string {
  return source ?? `Rule/${name}`;
}

/** The links in order, then the row: who holds what, and the object that says so. */
export function chainCells({ path, rule }: Explanation): readonly (readonly [text: string, origin: string])[] {
  return [
    ...path.map(
      (link) =>
        [`${personOf(link.member)} holds ${personOf(link.role)}${inProject(link.domain)}`, originOf(link)] as const,
    ),
    [ruleText(rule), originOf(rule)],
  ];
}

/** One line of the same. */
export function chainText({ subject, path }: Explanation): string {
  return [personOf(subject), ...path.map((link) => `${personOf(link.role)}${inProject(link.domain)}`)].join(' -> ');
}

export function ruleText({ policy, effect, action, object }: PolicyRule): string {
  return `${policy} ${effect === 'allow' ? 'allows' : 'denies'} ${action.text} on ${object.text}`;
}

/** `t##user##alice` as people say it. */
export function personOf(key: string): string {
  const subject = parseSubjectKey(key);
  return subject === undefined ? key : `${subject.kind} ${subject.name}`.trimEnd();
}

function inProject(domain: string): string {
  return domain === '*' ? '' : ` in project ${domain}`;
}
