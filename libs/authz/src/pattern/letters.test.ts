import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compilePattern } from './compile.ts';
import { inputOf } from './letters.ts';
import { matches, matchesInput } from './match.ts';
import { fold } from './pattern.ts';

test('the first look rules out no match', () => {
  const unit = fc.constantFrom('a', 'B', 'z', '0', '7', '-', ':', '/', '*', '/:x', 'Σ', 'é', '\u{10400}');
  const pattern = fc.array(unit, { maxLength: 5 }).map((parts) => parts.join(''));
  const fillers = fc.array(unit, { maxLength: 4 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(pattern, fillers, fillers, (written, star, segment) => {
      const compiled = compilePattern(written);
      const meant = written.replaceAll('*', star).replaceAll('/:x', `/${segment}`);
      return [meant, star, `${star}${segment}`].every((name) => {
        const folded = fold(name);
        return matchesInput(compiled, inputOf(folded)) === matches(compiled, folded);
      });
    }),
    { numRuns: 10_000 },
  );
});

test('it does rule out what has none of the pattern', () => {
  expect(compilePattern('*pod*').letters & ~inputOf(fold('getSecret')).letters).not.toBe(0);
  expect(compilePattern('*').letters).toBe(0);
});
