import { randomInt } from 'node:crypto';

/** What `newId` makes. */
export const idPattern = /^\d{8}T\d{6}Z-[0-9a-f]{4}$/;

/**
 * An id that sorts by time, as `20261121T020000Z-3f2a`: its last digits are the part of the second
 * and some chance, so that two backups of one second sort as they were begun.
 */
export function newId(at: Date): string {
  const seconds = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const rest = at.getUTCMilliseconds() * 65 + randomInt(65);
  return `${seconds}Z-${rest.toString(16).padStart(4, '0')}`;
}
