/**
 * Bytes for scenarios: pseudo-random ones from a seed, the framings' encodings, and the hash that
 * handlers write down (FNV-1a, RFC 9923), computed here on its own.
 */

/** A generator of 32-bit numbers (xorshift32, Marsaglia 2003). */
export function randomFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** `size` bytes that follow from `seed`. */
export function randomBytes(seed: number, size: number): Buffer {
  const next = randomFrom(seed);
  const bytes = Buffer.alloc(size);
  for (let n = 0; n + 4 <= size; n += 4) bytes.writeUInt32LE(next(), n);
  return bytes;
}

/** FNV-1a over `bytes`, as eight hexadecimal digits. */
export function hashOf(bytes: Buffer): string {
  let hash = 2166136261;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** How a length stands before a message. */
export type Prefix = 'u8' | 'u16be' | 'u32le' | 'u64be';

/** The length `size` as `prefix` writes it. */
export function prefixOf(prefix: Prefix, size: number): Buffer {
  const bytes = Buffer.alloc({ u8: 1, u16be: 2, u32le: 4, u64be: 8 }[prefix]);
  if (prefix === 'u8') bytes.writeUInt8(size);
  else if (prefix === 'u16be') bytes.writeUInt16BE(size);
  else if (prefix === 'u32le') bytes.writeUInt32LE(size);
  else bytes.writeBigUInt64BE(BigInt(size));
  return bytes;
}

/** A message with its length before it. */
export function framed(prefix: Prefix, message: Buffer): Buffer {
  return Buffer.concat([prefixOf(prefix, message.length), message]);
}
