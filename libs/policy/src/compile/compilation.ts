import type { Subject } from '@tke/api-auth';
import { parseRow, ruleSpec, type Row, type RuleSpec } from '@tke/authz';

import type { CompiledSource, Defect, DefectCode, Unresolved } from './compiled.ts';

/** Collects what compiling one object brings to light. */
export class Compilation {
  readonly #rows = new Map<string, RuleSpec>();
  readonly #users = new Map<string, Subject>();
  readonly #groups = new Map<string, Subject>();
  readonly #unresolved: Unresolved[] = [];
  readonly #defects: Defect[] = [];

  /** Adds a row made from the given field; one that no decision would accept becomes a defect of that field. */
  grant(row: Row, field: string, code: DefectCode): void {
    const spec = ruleSpec(row);
    const parsed = parseRow(spec);
    if (parsed.ok) {
      this.#rows.set(Object.values(spec).join('\0'), spec);
      return;
    }
    for (const { value, rule, remedy } of parsed.defects) {
      this.defect({ code, field, value, rule, remedy, type: 'Invalid' });
    }
  }

  reachesUser(key: string, subject: Subject): void {
    this.#users.set(key, subject);
  }

  reachesGroup(key: string, subject: Subject): void {
    this.#groups.set(key, subject);
  }

  unresolved(reference: Unresolved): void {
    this.#unresolved.push(reference);
  }

  defect(defect: Defect): void {
    this.#defects.push(defect);
  }

  finish(): CompiledSource {
    return {
      rows: [...this.#rows.values()],
      users: [...this.#users.values()],
      groups: [...this.#groups.values()],
      unresolved: this.#unresolved,
      defects: this.#defects,
    };
  }
}
