import type { RoleDeviation } from '../../roles.ts';
import { inArea, type Planning } from './planning.ts';

const found = inArea('roles');

const setOne =
  'Set one: `jem-db roles apply --generate-passwords DIR`, with the same --prefix and --role';
const setAnother = `${setOne.replace('one', 'another')}, with --reset-passwords`;

/** Passwords that are missing, weakly kept or expired; none is anything that SQL alone could mend. */
export function loginDeviations({ wanted, seen }: Planning): RoleDeviation[] {
  return wanted.roles
    .filter(({ kind }) => kind !== 'owner')
    .flatMap(({ name, password }) => {
      const kept = seen.passwords?.get(name);
      return [
        ...(password && kept === 'none'
          ? [
              found({
                code: 'password-missing',
                role: name,
                message: `${name} has no password`,
                hint: setOne,
              }),
            ]
          : []),
        ...(kept === 'md5'
          ? [
              found({
                code: 'password-weak',
                role: name,
                message: `the password of ${name} is kept as an MD5 hash`,
                hint: setAnother,
              }),
            ]
          : []),
        ...(seen.roles.get(name)?.expired
          ? [
              found({
                code: 'password-expired',
                role: name,
                message: `the password of ${name} has expired`,
                hint: setAnother,
              }),
            ]
          : []),
      ];
    });
}
