/** Ranks by token, the token's bytes spelt as a string of characters 0 to 255. */
export type Ranks = ReadonlyMap<string, number>;

/** Up to this many bytes a plain scan for the lowest rank is quicker than keeping a heap. */
const SCANNED = 48;
/** Positions in one piece fit below this, ranks are under 2^18, so rank and position fit one exact double. */
const POSITIONS = 2 ** 31;

function scan(ranks: Ranks, piece: string): number {
  const ends: number[] = [];
  for (let index = 0; index <= piece.length; index++) ends.push(index);
  for (;;) {
    let lowest = Infinity;
    let at = -1;
    for (let index = 0; index + 2 < ends.length; index++) {
      const rank = ranks.get(piece.slice(ends[index], ends[index + 2])) ?? Infinity;
      if (rank < lowest) [lowest, at] = [rank, index];
    }
    if (at === -1) return ends.length - 1;
    ends.splice(at + 1, 1);
  }
}

/** A binary min-heap over doubles. */
class Heap {
  readonly #keys: number[];

  constructor(keys: number[]) {
    this.#keys = keys;
    for (let index = (keys.length >> 1) - 1; index >= 0; index--) this.#sink(index);
  }

  push(key: number): void {
    const keys = this.#keys;
    let index = keys.length;
    keys.push(key);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = keys[parent] ?? 0;
      if (above <= key) break;
      keys[index] = above;
      index = parent;
    }
    keys[index] = key;
  }

  pop(): number | undefined {
    const top = this.#keys[0];
    const last = this.#keys.pop();
    if (last !== undefined && this.#keys.length > 0) {
      this.#keys[0] = last;
      this.#sink(0);
    }
    return top;
  }

  #sink(from: number): void {
    const keys = this.#keys;
    const key = keys[from] ?? 0;
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= keys.length) break;
      if (child + 1 < keys.length && (keys[child + 1] ?? 0) < (keys[child] ?? 0)) child++;
      const below = keys[child] ?? 0;
      if (below >= key) break;
      keys[index] = below;
      index = child;
    }
    keys[index] = key;
  }
}

/** The parts of the piece as a linked list, with the end of each part and the rank of each part joined with the next. */
function merge(ranks: Ranks, piece: string): number {
  const size = piece.length;
  const next = new Int32Array(size + 1);
  const previous = new Int32Array(size + 1);
  const joined = new Int32Array(size).fill(-1);
  for (let index = 0; index <= size; index++) [next[index], previous[index]] = [index + 1, index - 1];

  /** Rank of the part at `start` joined with the one after it, remembered; -1 where they are no token. */
  const join = (start: number): number => {
    const middle = next[start] ?? size;
    const rank = middle >= size ? -1 : (ranks.get(piece.slice(start, next[middle])) ?? -1);
    joined[start] = rank;
    return rank;
  };

  const keys: number[] = [];
  for (let start = 0; start < size; start++) {
    const rank = join(start);
    if (rank !== -1) keys.push(rank * POSITIONS + start);
  }
  const heap = new Heap(keys);
  let parts = size;
  for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
    const start = key % POSITIONS;
    // A pair that has been joined or has changed since has another rank now.
    if (joined[start] !== (key - start) / POSITIONS) continue;
    const absorbed = next[start] ?? size;
    const after = next[absorbed] ?? size;
    next[start] = after;
    previous[after] = start;
    joined[absorbed] = -1;
    parts--;
    const rank = join(start);
    if (rank !== -1) heap.push(rank * POSITIONS + start);
    const before = previous[start] ?? -1;
    if (before < 0) continue;
    const earlier = join(before);
    if (earlier !== -1) heap.push(earlier * POSITIONS + before);
  }
  return parts;
}

/**
 * How many tokens byte-pair encoding makes of `piece`: always the adjacent pair of lowest rank is joined, the leftmost
 * first. With a heap this takes n log n for a piece of n bytes, where the usual scan takes n².
 */
export function countPairs(ranks: Ranks, piece: string): number {
  if (ranks.has(piece)) return 1;
  return piece.length <= SCANNED ? scan(ranks, piece) : merge(ranks, piece);
}
