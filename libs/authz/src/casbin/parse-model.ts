import { newModelFromString, type Model } from 'casbin';
import { errorMessage } from '@tke/errors';
import { authzErrors } from '../errors.ts';
import { builtinModel } from './builtin-model.ts';

/** `builtin`: the text says what the compiled index computes. `custom`: Casbin's enforcer has to run it. */
export type ParsedModel = { readonly kind: 'builtin' } | { readonly kind: 'custom'; readonly model: Model };

export const requestTokens = ['r_sub', 'r_dom', 'r_obj', 'r_act'] as const;
export const policyTokens = ['p_sub', 'p_dom', 'p_obj', 'p_act', 'p_eft'] as const;

const effects: readonly string[] = [
  'some(where(p_eft==allow))',
  'some(where(p_eft==allow))&&!some(where(p_eft==deny))',
];

// Casbin's other pattern functions build regular expressions of the tenants' text, which may take exponential time;
// eval would run that text, and keep it compiled for ever.
const functions: readonly string[] = ['g', 'keyMatchCustom', 'keyMatch', 'ipMatch'];

/**
 * Reads a model file with Casbin's own parser.
 * @throws ModelInvalid when Casbin refuses it, or when it asks for something that rows of this platform do not have.
 */
export function parseModel(text: string): ParsedModel {
  const model = readModel(text);
  if (signature(model) === signature(readModel(builtinModel))) {
    return { kind: 'builtin' };
  }
  for (const check of [checkSections, checkTokens, checkRoles, checkEffect, checkMatcher]) {
    check(model);
  }
  return { kind: 'custom', model };
}

function readModel(text: string): Model {
  try {
    return newModelFromString(text);
  } catch (error) {
    throw authzErrors.ModelInvalid(`casbin cannot read the model: ${errorMessage(error)}`, { cause: error });
  }
}

/** What a model says, apart from blanks. */
function signature(model: Model): string {
  const lines = [...model.model.values()].flatMap((section) =>
    [...section].map(([key, { value }]) => `${key}=${compact(value)}`),
  );
  return lines.sort().join('\n');
}

function compact(text: string): string {
  return text.replaceAll(/\s/g, '');
}

function valueOf(model: Model, section: string): string {
  return model.model.get(section)?.get(section)?.value ?? '';
}

function checkSections(model: Model): void {
  const extra = [...model.model].flatMap(([section, keys]) => [...keys.keys()].filter((key) => key !== section));
  if (extra.length > 0) {
    throw authzErrors.ModelInvalid(
      `the model defines ${extra.join(', ')}: only one r, p, g, e and m each are supported`,
    );
  }
}

function checkTokens(model: Model): void {
  for (const [section, known] of [
    ['r', requestTokens],
    ['p', policyTokens],
  ] as const) {
    const tokens = model.model.get(section)?.get(section)?.tokens ?? [];
    const unknown = tokens.filter((token) => !(known as readonly string[]).includes(token));
    if (unknown.length > 0 || new Set(tokens).size < tokens.length) {
      throw authzErrors.ModelInvalid(
        `${section} = ${valueOf(model, section)}: must consist of ${known.map((token) => token.slice(2)).join(', ')}, each at most once`,
      );
    }
  }
}

function checkRoles(model: Model): void {
  const roles = compact(valueOf(model, 'g'));
  if (!['', '_,_', '_,_,_'].includes(roles)) {
    throw authzErrors.ModelInvalid(`g = ${valueOf(model, 'g')}: must be "_, _" or "_, _, _"`);
  }
}

// A priority among rows needs an order, and Rule objects have none; an effect that allows without an allowing row would
// allow every caller everything.
function checkEffect(model: Model): void {
  if (!effects.includes(compact(valueOf(model, 'e')))) {
    throw authzErrors.ModelInvalid(
      `e = ${valueOf(model, 'e')}: must be "some(where (p.eft == allow))", alone or with "&& !some(where (p.eft == deny))"`,
    );
  }
}

function checkMatcher(model: Model): void {
  const matcher = valueOf(model, 'm');
  // Casbin evaluates a matcher that reads no row once, and what it answers then is no row's doing.
  if (!matcher.includes('p_')) {
    throw authzErrors.ModelInvalid('m must compare the request with a row: it reads nothing of p');
  }
  const called = [...matcher.matchAll(/([A-Za-z_][\w.]*)\s*\(/g)].map((match) => match[1] ?? '');
  const unknown = called.filter((name) => !functions.includes(name));
  if (unknown.length > 0) {
    throw authzErrors.ModelInvalid(`m calls ${unknown.join(', ')}: only ${functions.join(', ')} are supported`);
  }
}
