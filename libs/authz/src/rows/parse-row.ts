import { checkPattern, type PatternKind } from '../pattern/check.ts';
import { everyDomain, ruleColumns, type Row, type RuleColumn, type RuleSpec } from './row.ts';

/** Why a row is left out of every decision. */
export interface RowDefect {
  /** `ptype` or a column, below `spec`. */
  readonly field: 'ptype' | RuleColumn;
  readonly value: string;
  readonly rule: string;
  readonly remedy: string;
}

export type ParsedRow =
  { readonly ok: true; readonly row: Row } | { readonly ok: false; readonly defects: readonly RowDefect[] };

/** Characters of a subject, policy, role or domain. */
export const maxKeyLength = 512;

interface ColumnProblem {
  readonly rule: string;
  readonly remedy: string;
}

type ColumnCheck = (value: string) => readonly ColumnProblem[];

const columns: Readonly<Record<'p' | 'g', Readonly<Record<RuleColumn, ColumnCheck>>>> = {
  p: {
    v0: key('the policy'),
    // Casbin's model of TKEStack carries this column and never reads it: a row that names a project there would
    // grant more than it says.
    v1: oneOf([everyDomain, ''], 'Projects belong into a g row.'),
    v2: pattern('resource'),
    v3: pattern('action'),
    v4: oneOf(['allow', 'deny'], 'Write allow or deny.'),
    v5: unused,
    v6: unused,
  },
  g: {
    v0: key('the member'),
    v1: key('the role, group or policy'),
    v2: key('the project, or "*" for all'),
    v3: unused,
    v4: unused,
    v5: unused,
    v6: unused,
  },
};

/** Reads a row, or says everything that is wrong with it. */
export function parseRow(spec: RuleSpec): ParsedRow {
  const { ptype } = spec;
  if (ptype !== 'p' && ptype !== 'g') {
    return {
      ok: false,
      defects: [
        defect('ptype', ptype, { rule: 'must be p or g', remedy: 'Use p for a policy row and g for a membership.' }),
      ],
    };
  }
  const defects = ruleColumns.flatMap((column) => {
    const value: unknown = spec[column] ?? '';
    return typeof value === 'string'
      ? columns[ptype][column](value).map((problem) => defect(column, value, problem))
      : [defect(column, value, { rule: 'must be a string', remedy: 'Write text.' })];
  });
  if (defects.length > 0) {
    return { ok: false, defects };
  }
  const { v0 = '', v1 = '', v2 = '', v3 = '', v4 } = spec;
  const row: Row =
    ptype === 'p'
      ? { kind: 'p', policy: v0, object: v2, action: v3, effect: v4 === 'deny' ? 'deny' : 'allow' }
      : { kind: 'g', member: v0, role: v1, domain: v2 };
  return { ok: true, row };
}

function defect(field: RowDefect['field'], value: unknown, problem: ColumnProblem): RowDefect {
  return { field, value: String(value).slice(0, maxKeyLength), rule: problem.rule, remedy: problem.remedy };
}

function key(what: string): ColumnCheck {
  return (value) => {
    if (value === '') {
      return [{ rule: 'must not be empty', remedy: `Name ${what}.` }];
    }
    if (value.length > maxKeyLength) {
      return [{ rule: `must not be longer than ${maxKeyLength} characters`, remedy: 'Use a shorter name.' }];
    }
    // The characters that break a Casbin policy file: no row may read differently there.
    const clean = value === value.trim() && !/[,\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(value);
    return clean
      ? []
      : [
          {
            rule: 'must not contain commas, control characters or blanks at its ends',
            remedy: 'Remove these characters.',
          },
        ];
  };
}

function pattern(kind: PatternKind): ColumnCheck {
  return (value) => checkPattern(value, kind);
}

function oneOf(values: readonly string[], remedy: string): ColumnCheck {
  const rule = `must be ${values.filter((value) => value !== '').join(' or ')}`;
  return (value) => (values.includes(value) ? [] : [{ rule, remedy }]);
}

function unused(value: string): readonly ColumnProblem[] {
  return value === '' ? [] : [{ rule: 'is not used by this ptype and must be empty', remedy: 'Remove the value.' }];
}
