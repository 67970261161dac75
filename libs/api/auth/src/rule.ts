import { column, defineKind, s } from '@tke/crd';
import type { OptionalSchema, ValidationRule } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { authGroup } from './group.ts';
import { isPattern, maxPatternLength, patternRule } from './pattern.ts';
import type { PatternKind } from './pattern.ts';

// A comma or a line break inside a value made every tenant's decisions fail in TKEStack, which joins rows to CSV lines.
const valuePattern = String.raw`^[^\x00-\x1f\x7f-\x9f,]*$`;
const maxLength = 1024;

function value(description: string): OptionalSchema<string> {
  return s.optional(s.string(description, { maxLength, pattern: valuePattern }));
}

const spec = s.object(
  'One row: a permission (ptype p) or a link from a member to what it holds (ptype g).',
  {
    ptype: s.oneOf('p: v0 may (v4 allow) or must not (v4 deny) do v3 on v2. g: v0 holds v1 in v2.', ['p', 'g']),
    v0: s.string('p: name of the policy. g: key of the member.', { minLength: 1, maxLength, pattern: valuePattern }),
    v1: value('p: `*`. g: key of the group, role or policy the member holds.'),
    v2: value('p: resource pattern. g: name of the project in which the link counts, or `*`.'),
    v3: value('p: action pattern.'),
    v4: value('p: allow or deny.'),
    v5: value('Unused.'),
    v6: value('Unused.'),
  },
  { rules: [...permissionRules(), ...linkRules()] },
);

function permissionRules(): readonly ValidationRule[] {
  const pattern = (field: string, kind: PatternKind): ValidationRule => {
    const length = String(maxPatternLength[kind]);
    return {
      rule: `self.ptype != 'p' || (has(self.${field}) && self.${field} != '' && self.${field}.size() <= ${length} && ${isPattern(`self.${field}`, kind)})`,
      message: `${field} of a p row must have 1 to ${length} characters and ${patternRule[kind]}`,
      fieldPath: `.${field}`,
    };
  };
  return [
    pattern('v2', 'resource'),
    pattern('v3', 'action'),
    {
      rule: "self.ptype != 'p' || (has(self.v4) && self.v4 in ['allow', 'deny'])",
      message: 'v4 of a p row must be allow or deny',
      fieldPath: '.v4',
    },
  ];
}

function linkRules(): readonly ValidationRule[] {
  return [
    {
      rule: "self.ptype != 'g' || (has(self.v1) && self.v1 != '')",
      message: 'v1 of a g row must name what the member holds',
      fieldPath: '.v1',
    },
  ];
}

export const rule = defineKind({
  ...authGroup,
  kind: 'Rule',
  description:
    'One compiled row of authorization. Controllers write them; rows of your own are kept and count as well.',
  namespaced: false,
  shortNames: ['rul'],
  // Most Rules are what a controller writes, and have no status: their source speaks for them.
  reconciled: false,
  properties: { spec },
  columns: [
    column('Type', '.spec.ptype'),
    column('V0', '.spec.v0'),
    column('V1', '.spec.v1'),
    column('V2', '.spec.v2'),
    column('V3', '.spec.v3', { priority: 1 }),
    column('V4', '.spec.v4', { priority: 1 }),
  ],
  selectableFields: ['.spec.ptype', '.spec.v0', '.spec.v1', '.spec.v2', '.spec.v3', '.spec.v4', '.spec.v5', '.spec.v6'],
});

export type Rule = ObjectOf<typeof rule>;
