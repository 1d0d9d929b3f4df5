import { hash } from "node:crypto";

/**
 * A set of 64-bit fingerprints in the order they were added. Takes 16 to 32 bytes for each, 17 at a million.
 */
export interface Fingerprints {
  readonly size: number;
  has(high: number, low: number): boolean;
  /** False when it is there already. */
  add(high: number, low: number): boolean;
  /** Those from one place in the order to another, 8 bytes each. */
  bytes(from: number, to: number): Buffer;
}

/**
 * The first 64 bits of the SHA-1 of an id, as two numbers at `index` of the target. Two different ids are taken for
 * one when these are the same: among 35 million ids the chance that any two are is 1 in 30,000.
 */
export function takeFingerprint(id: string, target: Uint32Array, index: number): void {
  // As JSON, because half a surrogate pair has no bytes of its own: ids with different halves would look the same.
  const digest = hash("sha1", JSON.stringify(id), "binary");
  target[index] = fourBytes(digest, 0);
  target[index + 1] = fourBytes(digest, 4);
}

function fourBytes(text: string, at: number): number {
  return (
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24)
  );
}

/** Of `bytes`, which hold 8 for each; what follows the last whole eight is left out. */
export function createFingerprints(bytes: Uint8Array = new Uint8Array()): Fingerprints {
  let size = Math.floor(bytes.length / 8);
  /** Pairs in the order they were added. */
  let pairs = new Uint32Array(2 * roomFor(size));
  new Uint8Array(pairs.buffer).set(bytes.subarray(0, size * 8));
  /** Where a pair stands, plus 1, at or after the slot that its low half names. At least half of them are free. */
  let slots = createSlots();

  function createSlots(): Uint32Array {
    const created = new Uint32Array(pairs.length);
    for (let place = 0; place < size; place += 1) {
      created[freeSlot(created, pairs[2 * place + 1] ?? 0)] = place + 1;
    }
    return created;
  }

  function find(high: number, low: number): boolean {
    const mask = slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const place = (slots[slot] ?? 0) - 1;
      if (place === -1) return false;
      if (pairs[2 * place] === high && pairs[2 * place + 1] === low) return true;
    }
  }

  function grow(): void {
    const larger = new Uint32Array(2 * pairs.length);
    larger.set(pairs);
    pairs = larger;
    slots = createSlots();
  }

  return {
    get size() {
      return size;
    },
    has: (high, low) => find(high >>> 0, low >>> 0),
    add(high, low) {
      if (find(high >>> 0, low >>> 0)) return false;
      if (2 * size === pairs.length) grow();
      pairs[2 * size] = high;
      pairs[2 * size + 1] = low;
      size += 1;
      slots[freeSlot(slots, low)] = size;
      return true;
    },
    bytes: (from, to) => Buffer.from(new Uint8Array(pairs.buffer, from * 8, (to - from) * 8)),
  };
}

function freeSlot(slots: Uint32Array, low: number): number {
  const mask = slots.length - 1;
  let slot = low & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  return slot;
}

/** A power of two, so that a slot is found with a mask. */
function roomFor(size: number): number {
  let room = 8;
  while (room < size) room *= 2;
  return room;
}
