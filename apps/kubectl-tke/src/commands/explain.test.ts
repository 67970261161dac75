import { describe, expect, test } from '@jest/globals';

import { run } from '../cli.ts';

async function explain(...argv: string[]) {
  const written = { out: '', err: '' };
  const terminal = {
    out: (text: string) => void (written.out += text),
    err: (text: string) => void (written.err += text),
    input: () => Promise.resolve(''),
  };
  return { exit: await run(['explain', ...argv], terminal, new AbortController().signal), ...written };
}

describe('kubectl tke explain', () => {
  test('says of a code what has happened, what to do, what becomes of it and where it is seen, without a cluster', async () => {
    const { exit, out } = await explain('HostKeyChanged');
    expect(exit).toBe(0);
    expect(out.split('\n')[0]).toBe('HostKeyChanged (NeedsUser)');
    expect(out).toMatch(/^ {2}What to do: Find out why the key differs/m);
    expect(out).toMatch(/^SSH:$/m);
    expect(out).toContain('another SSH key than the one that is pinned');
    expect(out).toContain('platform.tkestack.io/retry');
    expect(out).toMatch(/^ {2}Seen in: .*Machines/m);
  });

  test('takes a code as it is typed in haste', async () => {
    expect((await explain('hostkeychanged')).out).toBe((await explain('HostKeyChanged')).out);
  });

  test('tells every part that has the code, each with what to do there', async () => {
    const { out } = await explain('TenantMismatch');
    expect(out).toMatch(
      /^Policies, bindings, roles and rules:\n.*\n {2}What to do: Name an object of the same tenant\.$/m,
    );
    expect(out).toMatch(/^Machines:\n.*\n {2}What to do: Delete the Machine/m);
  });

  test('is JSON for programs', async () => {
    const { out } = await explain('QuotaExceeded', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({
      code: 'QuotaExceeded',
      class: 'NeedsUser',
      found: [
        {
          part: 'Projects and quota',
          remedy: expect.stringMatching(/\w/),
          seen: expect.stringContaining('Namespaces'),
        },
      ],
    });
  });

  test('lists all codes without one', async () => {
    const { exit, out } = await explain();
    expect(exit).toBe(0);
    expect(out).toMatch(/^ConnectionLost +Retryable +SSH, Requests to API servers$/m);
    expect(out.split('\n').length).toBeGreaterThan(200);
  });

  test('refuses what is no code, and tells where reasons come from that are none', async () => {
    const { exit, out, err } = await explain('Draining');
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toMatch(/"Draining" is no error code of this version \(CodeUnknown\)\n.*kubectl tke explain/);
    expect((await explain('HostInUse', 'DiskFull')).err).toContain('UsageInvalid');
  });
});
