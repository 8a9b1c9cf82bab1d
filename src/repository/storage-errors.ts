import { JemError, type ErrorCode } from '../errors.ts';

/** Where something is stored, for the reader. */
export interface Place {
  /** As `/var/backups`. */
  readonly name: string;
  /** What helps where it is full. */
  readonly room: string;
}

interface Explanation {
  readonly code: ErrorCode;
  readonly title: (place: string) => string;
  readonly why: string;
  readonly hint: string;
}

const checkIt = 'Check the path and that its disk is mounted, then run the command again.';
const mayWrite = 'Run as a user who may read and write it, or change its owner or mode.';

const readOnly: Explanation = {
  code: 'repository-unusable',
  title: (place) => `${place} is read-only`,
  why: 'Its file system is mounted for reading only, by somebody or after an error of the disk.',
  hint: 'Mount it writable, or name another folder.',
};
const denied: Explanation = {
  code: 'repository-unusable',
  title: (place) => `${place} cannot be used: permission denied`,
  why: 'This user may not read or write there.',
  hint: mayWrite,
};
const vanished: Explanation = {
  code: 'repository-unusable',
  title: (place) => `${place} has vanished`,
  why: 'Something was removed, moved or unmounted while it was in use.',
  hint: checkIt,
};
const broken: Explanation = {
  code: 'repository-unusable',
  title: (place) => `${place} fails to read or write`,
  why: 'The system reports an error of the disk or of the connection to it.',
  hint: `${checkIt} The system's log says more: dmesg`,
};
const filesOpen: Explanation = {
  code: 'repository-unusable',
  title: (place) => `${place} cannot be used: too many files are open`,
  why: 'The limit of open files of this process or of the system is reached.',
  hint: 'Raise it: ulimit -n',
};
const tooLarge: Explanation = {
  code: 'repository-unusable',
  title: (place) => `${place} takes no file of this size`,
  why: 'The file system or a limit of this process (ulimit -f) allows no larger files.',
  hint: 'Raise the limit, or name a folder of another file system.',
};
const noFolder: Explanation = {
  code: 'repository-unusable',
  title: (place) => `${place} is no folder`,
  why: 'A file stands there, or at a part of the path.',
  hint: 'Check the path.',
};

const explanations: Readonly<Record<string, Explanation>> = {
  EROFS: readOnly,
  EACCES: denied,
  EPERM: denied,
  ENOENT: vanished,
  ESTALE: vanished,
  ENODEV: vanished,
  ENXIO: vanished,
  ENOTCONN: vanished,
  EIO: broken,
  EREMOTEIO: broken,
  ETIMEDOUT: broken,
  EHOSTDOWN: broken,
  EMFILE: filesOpen,
  ENFILE: filesOpen,
  EFBIG: tooLarge,
  ENOTDIR: noFolder,
};

/** An error of the system in the reader's words; what is none is handed back as it is. */
export function storageError(error: unknown, { name, room }: Place): unknown {
  if (!(error instanceof Error) || error instanceof JemError || !('syscall' in error)) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const details = { original: message, cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new JemError('disk-full', `The disk of ${name} is full`, {
      why: `There is no room left${code === 'EDQUOT' ? ' within the quota of this user' : ''}. Backups that were finished are as they were.`,
      hint: room,
      ...details,
    });
  const found = explanations[code];
  if (!found)
    return new JemError('repository-unusable', `${name} cannot be used (${code})`, {
      hint: checkIt,
      ...details,
    });
  return new JemError(found.code, found.title(name), {
    why: found.why,
    hint: found.hint,
    ...details,
  });
}

/** Runs work at a place; its failures come out in the reader's words, an abort as its reason. */
export async function usingStorage<T>(
  place: Place,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw storageError(error, place);
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
