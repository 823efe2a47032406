/** The image of a course, made again from its files: the one `ustar` that `generator/release/image.py` writes. */
globalThis.canoaImage = (() => {
  const BLOCK = 512;
  const utf8 = new TextEncoder();

  /**
   * Folders and name, each as short as a header takes; cut at the first slash that makes it so.
   * @param {string} path
   */
  const parts = (path) => {
    if (utf8.encode(path).length <= 100) return ["", path];
    for (let cut = path.indexOf("/"); cut > 0; cut = path.indexOf("/", cut + 1)) {
      const [folders, name] = [path.slice(0, cut), path.slice(cut + 1)];
      if (utf8.encode(folders).length <= 155 && utf8.encode(name).length <= 100) return [folders, name];
    }
    throw new RangeError(path);
  };

  /**
   * The header of a file: no owner, 1 January 1980.  Throws RangeError for what no image holds.
   * @type {(path: string, size: number) => Uint8Array}
   */
  const header = (path, size) => {
    if (!Number.isInteger(size) || size < 0 || size >= 8 ** 11) throw new RangeError(path);
    const bytes = new Uint8Array(BLOCK);
    /** @type {(at: number, text: string) => void} */
    const put = (at, text) => bytes.set(utf8.encode(text), at);
    const [folders, name] = parts(path);
    put(0, name);
    put(100, `0000644\0${"0000000\0".repeat(2)}${size.toString(8).padStart(11, "0")}\x0002263523000\0        0`);
    put(257, "ustar\x0000");
    put(345, folders);
    const sum = bytes.reduce((total, byte) => total + byte, 0);
    put(148, sum.toString(8).padStart(6, "0") + "\0");
    return bytes;
  };

  /**
   * What follows a file of this size, up to the next header.
   * @type {(size: number) => Uint8Array}
   */
  const filling = (size) => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);

  return { header, filling, end: new Uint8Array(2 * BLOCK) };
})();
