import { builtinModel, type RuleSpec } from '@tke/authz';
import { newEnforcer, newModelFromString } from 'casbin';

import type { Question } from './requests.ts';

/** node-casbin's own enforcer with the same model and rows. Expressions are kept, which its own functions do not do. */
export async function casbinOver(specs: readonly RuleSpec[]): Promise<(question: Question) => boolean> {
  const model = newModelFromString(builtinModel);
  const enforcer = await newEnforcer(model);
  const expressions = new Map<string, RegExp>();
  await enforcer.addFunction('keyMatchCustom', (name: string, pattern: string) => {
    let expression = expressions.get(pattern);
    if (expression === undefined) {
      expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'i');
      expressions.set(pattern, expression);
    }
    return expression.test(name);
  });
  for (const ptype of ['p', 'g']) {
    const rows = specs.filter((spec) => spec.ptype === ptype);
    model.model.get(ptype)!.get(ptype)!.policy = rows.map(({ v0 = '', v1 = '', v2 = '', v3 = '', v4 = '' }) =>
      ptype === 'p' ? [v0, v1, v2, v3, v4] : [v0, v1, v2],
    );
  }
  await enforcer.buildRoleLinks();
  return ({ subjects, domain, object, action }) =>
    enforcer.enforceSync(subjects[0], domain === '' ? '*' : domain, object, action);
}
