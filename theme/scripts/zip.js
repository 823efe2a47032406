/** A course as a zip file, made in the browser from what any static server has (PKWARE APPNOTE 6.3.10). */
/** @type {() => ZipWriter} */
var canoaZip = () => {
  "use strict";
  const TEXT = /\.(html?|js|css|svg|json|vtt|txt|csv|xml|webmanifest)$/i;
  // 1 January 1980, the earliest that a zip can say: files have no date of their own.
  const DATE = 33;
  const IN_UTF8 = 0x800;
  const STORED = 0;
  const DEFLATED = 8;
  const VERSION = 20;

  const table = Uint32Array.from({ length: 256 }, (_none, number) => {
    for (let bit = 0; bit < 8; bit++) number = number & 1 ? (number >>> 1) ^ 0xedb88320 : number >>> 1;
    return number;
  });

  /** @param {Uint8Array} bytes */
  const crc32 = (bytes) => {
    let sum = -1;
    for (let at = 0; at < bytes.length; at++) sum = table[(sum ^ bytes[at]) & 255] ^ (sum >>> 8);
    return ~sum >>> 0;
  };

  /** Little-endian numbers: size in bytes and value, by turns. */
  const numbers = (/** @type {number[]} */ ...pairs) => {
    /** @type {number[]} */
    const bytes = [];
    for (let at = 0; at < pairs.length; at += 2) {
      for (let byte = 0; byte < pairs[at]; byte++) bytes.push(Math.floor(pairs[at + 1] / 256 ** byte) & 255);
    }
    return Uint8Array.from(bytes);
  };

  /** @type {BlobPart[]} */
  const parts = [];
  /** @type {BlobPart[]} */
  const directory = [];
  let length = 0;
  let listed = 0;
  let count = 0;

  return {
    add: async (path, bytes) => {
      const name = new TextEncoder().encode(path);
      /** @type {Blob} */
      let body = new Blob([bytes]);
      let method = STORED;
      const { CompressionStream } = /** @type {any} */ (self);
      if (TEXT.test(path) && CompressionStream) {
        const squeezed = await new Response(body.stream().pipeThrough(new CompressionStream("deflate-raw"))).blob();
        if (squeezed.size < body.size) [body, method] = [squeezed, DEFLATED];
      }
      const facts = [2, VERSION, 2, IN_UTF8, 2, method, 2, 0, 2, DATE, 4, crc32(bytes), 4, body.size, 4, bytes.length, 2, name.length, 2, 0];
      const entry = numbers(4, 0x02014b50, 2, VERSION, ...facts, 2, 0, 2, 0, 2, 0, 4, 0, 4, length);
      const head = numbers(4, 0x04034b50, ...facts);
      parts.push(head, name, body);
      directory.push(entry, name);
      length += head.length + name.length + body.size;
      listed += entry.length + name.length;
      count++;
    },
    finish: () => {
      const end = numbers(4, 0x06054b50, 2, 0, 2, 0, 2, count, 2, count, 4, listed, 4, length, 2, 0);
      return new Blob([...parts, ...directory, end], { type: "application/zip" });
    },
  };
};
