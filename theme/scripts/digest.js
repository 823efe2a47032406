/**
 * SHA-256 (FIPS 180-4) of bytes that come piece by piece: browsers digest only what is in memory as a whole, and over plain
 * http nothing at all.
 */
globalThis.canoaSha256 = () => {
  /** Fractional parts of square and cube roots of the first primes. */
  const state = new Int32Array(8);
  const constants = new Int32Array(64);
  const words = new Int32Array(64);
  const block = new Uint8Array(64);
  let filled = 0;
  let length = 0;

  const isPrime = (/** @type {number} */ number) => {
    for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
    return true;
  };
  for (let prime = 2, found = 0; found < 64; prime++) {
    if (!isPrime(prime)) continue;
    if (found < 8) state[found] = (prime ** 0.5 % 1) * 2 ** 32;
    constants[found++] = (Math.cbrt(prime) % 1) * 2 ** 32;
  }

  /** @param {Uint8Array} bytes @param {number} at  Where 64 bytes begin. */
  const compress = (bytes, at) => {
    for (let i = 0; i < 16; i++, at += 4) {
      words[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i++) {
      const x = words[i - 15];
      const y = words[i - 2];
      const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[i] = words[i - 16] + low + words[i - 7] + high;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const high = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + high + ((e & f) ^ (~e & g)) + constants[i] + words[i]) | 0;
      const low = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  };

  /** @type {Sha256["add"]} */
  const add = (bytes) => {
    length += bytes.length;
    let at = 0;
    if (filled) {
      at = Math.min(64 - filled, bytes.length);
      block.set(bytes.subarray(0, at), filled);
      filled += at;
      if (filled < 64) return;
      compress(block, 0);
      filled = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) compress(bytes, at);
    block.set(bytes.subarray(at));
    filled = bytes.length - at;
  };

  /** @type {Sha256["end"]} */
  const end = () => {
    const bits = length;
    const padding = new Uint8Array(filled < 56 ? 64 - filled : 128 - filled);
    const view = new DataView(padding.buffer);
    padding[0] = 0x80;
    view.setUint32(padding.length - 8, bits / 2 ** 29);
    view.setUint32(padding.length - 4, bits << 3);
    add(padding);
    return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  };

  return { add, end };
};
