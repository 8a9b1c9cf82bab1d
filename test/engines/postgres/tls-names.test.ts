import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateIsFor, namesOf } from '../../../src/engines/postgres/certificate-names.ts';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const host = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'));
const dns = (...names: readonly string[]) => ({
  commonName: undefined,
  alternativeNames: names.map((name) => `DNS:${name}`).join(', '),
});

describe('names of a certificate', () => {
  it.for([
    ['db.example', '*.example', true],
    ['a.db.example', '*.example', false],
    ['example', '*.example', false],
    ['.example', '*.example', false],
    ['db.example', 'd*.example', false],
    ['db.example', '*', false],
    ['DB.Example', 'db.example', true],
    ['127.0.0.1', '127.0.0.1', true],
  ] as const)('%s, certificate for %s: %s', ([asked, name, expected]) => {
    expect(certificateIsFor(asked, dns(name))).toBe(expected);
  });

  it('a host is covered by itself, and by a star for its first label alone', () => {
    fc.assert(
      fc.property(host, label, (name, first) => {
        expect(certificateIsFor(name, dns(name.toUpperCase()))).toBe(true);
        expect(certificateIsFor(`${first}.${name}`, dns(`*.${name}`))).toBe(true);
        expect(certificateIsFor(`${first}.${first}.${name}`, dns(`*.${name}`))).toBe(false);
        expect(certificateIsFor(name, dns(`*.${name}`))).toBe(false);
      }),
    );
  });

  it('the common name counts only where no alternative name is of the same kind', () => {
    const names = (alternativeNames: string | undefined) => ({
      commonName: 'db.example',
      alternativeNames,
    });
    expect(certificateIsFor('db.example', names(undefined))).toBe(true);
    expect(certificateIsFor('db.example', names('IP Address:127.0.0.1'))).toBe(true);
    expect(certificateIsFor('db.example', names('DNS:other.example'))).toBe(false);
    expect(
      certificateIsFor('db.example', { commonName: undefined, alternativeNames: undefined }),
    ).toBe(false);
  });

  it('an address is compared as an address', () => {
    const names = { commonName: undefined, alternativeNames: 'IP Address:0:0:0:0:0:0:0:1' };
    expect(certificateIsFor('::1', names)).toBe(true);
    expect(certificateIsFor('::2', names)).toBe(false);
    expect(certificateIsFor('localhost', names)).toBe(false);
  });

  it('a name with a comma cannot pose as two', () => {
    const names = { commonName: undefined, alternativeNames: 'DNS:"x, DNS:db.example", DNS:y' };
    expect(certificateIsFor('db.example', names)).toBe(false);
    expect(namesOf(names)).toEqual(['x, DNS:db.example', 'y']);
  });
});
