import type { ValidationResult } from '../admission/types.ts';

export const fine: ValidationResult = { problems: [], warnings: [] };

export function merged(results: readonly Partial<ValidationResult>[]): ValidationResult {
  return {
    problems: results.flatMap(({ problems = [] }) => problems),
    warnings: results.flatMap(({ warnings = [] }) => warnings),
  };
}
