import { webhookErrors } from '../errors.ts';

import type { Route } from './route.ts';

export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly route: Route;
  readonly segments: readonly string[];
}

const wellFormed = /^(?:\/(?:[\w.-]+|:[A-Za-z]\w*))+$/;

/** Finds routes by path: literal paths by one look-up, those with `:name` segments by comparing segments. */
export class Router {
  readonly #literal = new Map<string, Route>();
  readonly #patterns: Pattern[] = [];

  /** Throws `RouteInvalid` for a path that is malformed or declared twice. */
  constructor(routes: readonly Route[]) {
    const seen = new Set<string>();
    for (const route of routes) {
      const shape = route.path.replaceAll(/:\w+/g, ':');
      if (!wellFormed.test(route.path) || seen.has(shape)) {
        throw webhookErrors.RouteInvalid(`route path ${JSON.stringify(route.path)} is malformed or declared twice`);
      }
      seen.add(shape);
      if (route.path.includes('/:')) {
        this.#patterns.push({ route, segments: route.path.split('/') });
      } else {
        this.#literal.set(route.path, route);
      }
    }
  }

  match(path: string): RouteMatch | undefined {
    const route = this.#literal.get(path);
    if (route !== undefined) {
      return { route, params: {} };
    }
    const segments = path.split('/');
    for (const pattern of this.#patterns) {
      const params = matchSegments(pattern.segments, segments);
      if (params !== undefined) {
        return { route: pattern.route, params };
      }
    }
    return undefined;
  }
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) {
    return undefined;
  }
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const found = segments[index] ?? '';
    if (!wanted.startsWith(':')) {
      if (wanted !== found) {
        return undefined;
      }
      continue;
    }
    const value = decoded(found);
    if (value === undefined || value === '') {
      return undefined;
    }
    params[wanted.slice(1)] = value;
  }
  return params;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
