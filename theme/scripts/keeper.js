/**
 * Where records are kept: IndexedDB.  Values have a number that grows with each writing, so that two tabs never overwrite
 * each other unseen: `swap` refuses when the number is not the expected one.  Chromium has one store for all local files
 * of the computer, so names carry the site's id.
 */
/**
 * @typedef {{n: number, data: any}} Kept
 * @typedef {object} Keeper
 * @property {(name: string) => Promise<Kept | undefined>} read
 * @property {(name: string, n: number, data: any) => Promise<boolean>} swap  n: the number read; 0 when there was none
 * @property {(name: string) => Promise<void>} remove
 */
/** @type {(site: string) => Promise<Keeper>} */
var canoaKeeper = async (site) => {
  /** @param {IDBRequest} request @returns {Promise<any>} */
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      // A store may hang for ever (a private window, a damaged profile): then the next best one is used.
      setTimeout(reject, 4000);
    });

  const opening = indexedDB.open(`canoa:${site}`, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
  const database = /** @type {IDBDatabase} */ (await done(opening));

  /**
   * Resolves when the transaction is complete: only then are the data safe.
   * @template T @param {IDBTransactionMode} mode @param {(kept: IDBObjectStore) => Promise<T>} work
   * @returns {Promise<T>}
   */
  const within = (mode, work) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction("kept", mode);
      /** @type {T} */
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore("kept")).then((value) => (result = value), reject);
    });

  return {
    read: (name) => within("readonly", (kept) => done(kept.get(name))),
    swap: (name, n, data) =>
      within("readwrite", async (kept) => {
        const found = await done(kept.get(name));
        const isExpected = (found ? found.n : 0) === n;
        if (isExpected) await done(kept.put({ n: n + 1, data }, name));
        return isExpected;
      }),
    remove: (name) => within("readwrite", (kept) => done(kept.delete(name))),
  };
};
