import { JemError } from '../errors.ts';

const kept = 'The server keeps its file and tries again.';

/** `other`: what stands there already, as `is stored`. */
export function walConflict(
  name: string,
  place: string,
  other: 'is stored' | 'is being stored',
): JemError {
  return new JemError('wal-conflict', `${name} ${other} with other content in ${place}`, {
    why: `Two servers that are copies of each other write the same log differently, or one was set back. Nothing was stored. ${kept}`,
    hint:
      other === 'is stored'
        ? 'Give each its own repository; after a promotion, let the former primary archive no more.'
        : 'If nobody else is at work there, a run was killed: remove its hidden `.partial` file.',
  });
}

/** Several contents of one name can only have come there by other hands. */
export function walAmbiguous(name: string, place: string): JemError {
  return new JemError('wal-conflict', `${name} is stored more than once in ${place}`, {
    why: 'The contents differ, and nothing tells which is right.',
    hint: 'Somebody has copied two archives into one: move away what does not belong there.',
  });
}

/** `damage`: as `is cut off`. */
export function walCorrupt(file: string, place: string, damage: string): JemError {
  return new JemError('wal-corrupt', `${file} is damaged: it ${damage}`, {
    why: `It is stored in ${place}; what it held when it was stored is not there any more.`,
    hint: 'Another copy of the archive may still have it. Recovery can end before it: take a new base backup.',
  });
}
