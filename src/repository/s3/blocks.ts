/** Bytes of a block: small objects take one. */
const blockBytes = 512 * 1024;
/** Blocks that are kept for the next part; more are left to the garbage collector. */
const mostFree = 100;

/** Blocks of one repository, used again and again. */
export interface BlockPool {
  take(): Buffer;
  /** Gives the blocks of a part back, which has arrived. */
  release(pieces: readonly Buffer[]): void;
}

export function blockPool(): BlockPool {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(blockBytes),
    release(pieces) {
      for (const { buffer } of pieces)
        if (free.length < mostFree) free.push(Buffer.from(buffer as ArrayBuffer));
    },
  };
}

/** A part that fills. */
export interface Filling {
  /** Bytes so far. */
  length(): number;
  /** Copies a piece behind the others. */
  add(piece: Buffer): void;
  /** All of it, until it is released. */
  pieces(): readonly Buffer[];
}

/**
 * Gathers the pieces of a part in blocks: pieces that are held for as long as a part takes would be
 * cleared away late, and memory would grow meanwhile.
 */
export function filling(pool: BlockPool): Filling {
  const blocks: Buffer[] = [];
  let length = 0;
  return {
    length: () => length,
    add(piece) {
      for (let at = 0; at < piece.length;) {
        const filled = length % blockBytes;
        if (filled === 0) blocks.push(pool.take());
        const copied = piece.copy(blocks.at(-1)!, filled, at);
        at += copied;
        length += copied;
      }
    },
    pieces() {
      const last = length % blockBytes;
      return blocks.map((block, index) =>
        index === blocks.length - 1 && last > 0 ? block.subarray(0, last) : block,
      );
    },
  };
}
