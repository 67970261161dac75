import { decide } from '../decide/decide.ts';
import type { DecisionEngine } from '../decide/decision.ts';
import { CasbinEngine } from './casbin-engine.ts';
import { parseModel } from './parse-model.ts';

/**
 * What evaluates a model: the compiled index for the built-in one, Casbin's enforcer for any other.
 * @throws ModelInvalid
 */
export function engineOf(modelText: string): DecisionEngine {
  const parsed = parseModel(modelText);
  if (parsed.kind === 'builtin') {
    return decide;
  }
  const engine = new CasbinEngine(parsed.model);
  return (index, request) => engine.decide(index, request);
}
