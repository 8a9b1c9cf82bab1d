import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { JemError } from '../../../errors.ts';

const derive = promisify(pbkdf2);

/** RFC 3454, tables C.1.2 and B.1: other spaces, and what stands for nothing. */
const otherSpaces = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/gu;
const nothing =
  /\u00AD|\u034F|\u1806|[\u180B-\u180D]|\u200C|\u200D|\u2060|[\uFE00-\uFE0F]|\uFEFF/gu;

/** Letters that were in Unicode when SASLprep was written (3.2): every client prepares them alike. */
const longKnown =
  /^[\u0020-\u007E\u00A0-\u021F\u0386-\u03CE\u0400-\u0481\u3000-\u303E\u3041-\u3094\u30A1-\u30FA\u4E00-\u9FA5\uAC00-\uD7A3\uFF01-\uFF5E]*$/u;

/**
 * A password as SASLprep (RFC 4013) has clients prepare it. Throws `bad-setting` where clients
 * might not agree on that.
 */
function prepared(password: string, role: string): string {
  const text = password.replace(otherSpaces, ' ').replace(nothing, '').normalize('NFKC');
  if (text === password || longKnown.test(password)) return text;
  throw new JemError('bad-setting', `The password of ${role} holds unusual characters`, {
    why: 'Not every client would send them the same way, and logging in would fail with some.',
    hint: 'Use letters, digits and signs of the keyboard.',
  });
}

/**
 * What the server keeps of a password, made here, so that the password itself never reaches it, nor
 * its log: the format of `pg_authid.rolpassword`. `iterations` as in `scram_iterations`.
 */
export async function scramVerifier(
  { role, password }: { readonly role: string; readonly password: string },
  iterations: number,
): Promise<string> {
  const salt = randomBytes(16);
  const salted = await derive(prepared(password, role), salt, iterations, 32, 'sha256');
  const storedKey = createHash('sha256').update(keyed(salted, 'Client Key')).digest('base64');
  const serverKey = keyed(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

function keyed(salted: Buffer, text: string): Buffer {
  return createHmac('sha256', salted).update(text).digest();
}
