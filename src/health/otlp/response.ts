/**
 * What a collector refused of an export, in its words; null: nothing. Reads an
 * ExportMetricsServiceResponse, in which `partial_success` may say how many points were rejected.
 * A body that is none counts as nothing said. Pure.
 */
export function partialSuccess(body: Buffer, isJson: boolean): string | null {
  try {
    const { rejected, words } = isJson ? inJson(body) : inProtobuf(body);
    return rejected > 0 || words !== '' ? `${rejected} points rejected; ${words}` : null;
  } catch {
    return null;
  }
}

interface Partial {
  readonly rejected: number;
  readonly words: string;
}

function inJson(body: Buffer): Partial {
  const { partialSuccess: partial } = JSON.parse(body.toString() || '{}') as {
    partialSuccess?: { rejectedDataPoints?: string | number; errorMessage?: string };
  };
  return { rejected: Number(partial?.rejectedDataPoints ?? 0), words: partial?.errorMessage ?? '' };
}

function inProtobuf(body: Buffer): Partial {
  const inner = fieldsOf(body).get(1);
  const fields = Buffer.isBuffer(inner) ? fieldsOf(inner) : new Map<number, number | Buffer>();
  const words = fields.get(2);
  return {
    rejected: Number(fields.get(1) ?? 0),
    words: Buffer.isBuffer(words) ? words.toString() : '',
  };
}

/** The last value of each field: varints as numbers, what has a length as its bytes. */
function fieldsOf(bytes: Buffer): Map<number, number | Buffer> {
  const fields = new Map<number, number | Buffer>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes.readUInt8(at++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const value = varint();
    if (tag % 8 === 0) fields.set(Math.floor(tag / 8), value);
    else if (tag % 8 === 2) fields.set(Math.floor(tag / 8), bytes.subarray(at, (at += value)));
    else throw new RangeError('not a response that is known');
  }
  return fields;
}
