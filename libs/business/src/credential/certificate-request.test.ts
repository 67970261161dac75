import { execFileSync } from 'node:child_process';
import { sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from '@jest/globals';

import { createCertificateRequest } from '@tke/pki';

import { readCertificateRequest } from './certificate-request.ts';
import { elementsOf } from './der-reader.ts';
import { checkSubject, groupsOf, openssl, requestOf, type CredentialHolder } from './holder.ts';

const folder = mkdtempSync(join(tmpdir(), 'tke-requests-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const holder: CredentialHolder = {
  username: 'carol',
  tenantID: 'default',
  project: 'prj-a',
  cluster: 'cls-1',
  namespace: 'shop',
};
const right = "'/O=tenant:default/O=project:prj-a/O=cluster:cls-1/O=namespace:shop/CN=carol'";

const ec = (curve: string) => `-newkey ec -pkeyopt ec_paramgen_curve:${curve}`;

/** What openssl makes of a command; keys are of the given kind. */
function requested(subject = right, key = ec('prime256v1')): string {
  const file = join(folder, 'any.csr');
  const command = `openssl req -new ${key} -nodes -keyout ${join(folder, 'any.key')} -out ${file} -subj ${subject}`;
  execFileSync('sh', ['-c', command], { stdio: 'ignore' });
  return readFileSync(file, 'utf8');
}

describe('a request', () => {
  test.each(['-newkey rsa:2048', '-newkey rsa:3072 -sha512', ec('prime256v1'), ec('secp384r1')])(
    'made with %s is read',
    (key) => {
      const pem = requested(right, key);
      const request = readCertificateRequest(`some text before\n${pem}\n`);
      expect(request.subject).toEqual({ commonNames: ['carol'], organizations: groupsOf(holder), others: [] });
      expect(request.pem).toBe(pem);
      expect(() => checkSubject(request.subject, holder)).not.toThrow();
    },
  );

  test('of the command that is told is right, whatever the user is called', () => {
    for (const username of ['carol', 'cn=carol,ou=a/b', "o'neil+x", String.raw`dom\carol`, 'jürgen']) {
      const named = { ...holder, username };
      execFileSync('sh', ['-c', openssl(named)], { cwd: folder, stdio: 'ignore' });
      const request = readCertificateRequest(readFileSync(join(folder, 'shop.csr'), 'utf8'));
      expect(() => checkSubject(request.subject, named)).not.toThrow();
    }
  });

  test.each([
    ['-newkey rsa:1024', 'must be for an RSA key of 2048'],
    [ec('secp256k1'), 'must be for an RSA key of 2048'],
    ['-newkey ed25519', 'must be'],
    [`${ec('prime256v1')} -sha1`, 'must be signed with SHA-256'],
  ])('made with %s is refused', (key, why) => {
    expect(() => readCertificateRequest(requested(right, key))).toThrow(why);
  });

  test('that was changed after it was signed is refused', () => {
    const body = Buffer.from(requested().split('\n').slice(1, -2).join(''), 'base64');
    const at = body.indexOf('carol');
    body.write('admin', at);
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${body.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    expect(() => readCertificateRequest(forged)).toThrow('is not signed with the key that it is for');
  });

  test('cut off or spoilt anywhere is refused, and never more than that', () => {
    const body = Buffer.from(requested().split('\n').slice(1, -2).join(''), 'base64');
    const wrapped = (bytes: Buffer) =>
      `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    const answer = (bytes: Buffer) => {
      try {
        return readCertificateRequest(wrapped(bytes)).pem;
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    const answers = Array.from({ length: body.length }, (_, at) => {
      const spoilt = Buffer.from(body);
      spoilt[at] = spoilt[at]! ^ 0xff;
      const overrun = Buffer.concat([body.subarray(0, at), Buffer.alloc(8, 0x30)]);
      return [spoilt, body.subarray(0, at), overrun].map(answer);
    });
    expect(new Set(answers.flat())).toEqual(new Set(['CertificateRequestInvalid']));
  });

  test.each(['-addext subjectAltName=DNS:kubernetes', '-addext basicConstraints=CA:true'])(
    'that asks for more, with %s, is refused',
    (extension) => {
      const request = () => readCertificateRequest(requested(right, `${ec('prime256v1')} ${extension}`));
      expect(request).toThrow('no extensions or other attributes');
    },
  );

  test.each([
    '',
    'x',
    '-----BEGIN CERTIFICATE REQUEST-----',
    '-----BEGIN CERTIFICATE REQUEST-----\n!\n-----END CERTIFICATE REQUEST-----',
  ])('that is %j is refused', (text) => {
    expect(() => readCertificateRequest(text)).toThrow('must hold one block');
  });
});

describe('a subject', () => {
  const subject = async (commonName: string, organizations: readonly string[] = groupsOf(holder)) => {
    const { requestPem } = await createCertificateRequest({ commonName, organizations });
    return requestOf(requestPem, holder);
  };
  const groupsWith = (first: string) => [first, ...groupsOf(holder).slice(1)];

  /** A request, signed as it should be, with these bytes in place of that user name. */
  async function spoiltName(commonName: string, bytes: Buffer): Promise<string> {
    const { requestPem, keyPem } = await createCertificateRequest({ commonName, organizations: groupsOf(holder) });
    const [outer] = elementsOf(Buffer.from(requestPem.split('\n').slice(1, -2).join(''), 'base64'));
    const [info, algorithm] = elementsOf(outer!.content);
    const spoilt = Buffer.from(info!.whole);
    bytes.copy(spoilt, spoilt.indexOf(commonName));
    const signature = sign('sha256', spoilt, keyPem);
    const bits = Buffer.concat([Buffer.of(0x03, signature.length + 1, 0), signature]);
    const body = Buffer.concat([spoilt, algorithm!.whole, bits]);
    const head = Buffer.of(0x30, 0x82, body.length >> 8, body.length & 0xff);
    const text = Buffer.concat([head, body]).toString('base64');
    return `-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----`;
  }

  test('is what its bytes say, with a byte order mark too', async () => {
    expect((await subject('carol')).subject.commonNames).toEqual(['carol']);
    const refusal = { code: 'CertificateRequestInvalid', message: expect.stringContaining('must be CN=carol') };
    await expect(subject('\uFEFFcarol')).rejects.toMatchObject(refusal);
    await expect(subject('carol', groupsWith('\uFEFFtenant:default'))).rejects.toMatchObject(refusal);
  });

  test('of bytes that are no UTF-8 is refused, whatever others read there', async () => {
    const named = { ...holder, username: '\uFFFD' };
    const spoilt = await spoiltName('xyz', Buffer.of(0xff, 0xff, 0xff));
    expect(() => requestOf(spoilt, named)).toThrow('must have its subject in UTF-8 or ASCII');
    expect(() => requestOf(spoilt, holder)).toThrow('must have its subject in UTF-8 or ASCII');
  });

  const of = (subject: string) => () => checkSubject(readCertificateRequest(requested(subject)).subject, holder);
  const places = '/O=project:prj-a/O=cluster:cls-1/O=namespace:shop';

  test.each([
    ['another user', `'/O=tenant:default${places}/CN=dave'`],
    ['two users', `'/O=tenant:default${places}/CN=carol/CN=dave'`],
    ['another tenant', `'/O=tenant:other${places}/CN=carol'`],
    ['no tenant', `'${places}/CN=carol'`],
    ['a further group', `'/O=tenant:default/O=system:masters${places}/CN=carol'`],
    ['a group twice', `'/O=tenant:default/O=tenant:default/O=cluster:cls-1/O=namespace:shop/CN=carol'`],
    ['a group in place of another', `'/O=tenant:default/O=grp-admins/O=cluster:cls-1/O=namespace:shop/CN=carol'`],
    ['something else', `'/O=tenant:default${places}/CN=carol/UID=root'`],
    ['two in one part', `'/O=tenant:default${places}/CN=carol+O=system:masters'`],
  ])('with %s is refused, and told how to do it', (_what, subject) => {
    const refusal = { code: 'CertificateRequestInvalid', remedy: expect.stringContaining(`-subj ${right}`) };
    expect(of(subject)).toThrow(expect.objectContaining(refusal));
  });
});
