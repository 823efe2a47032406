/** Where records are kept when IndexedDB is closed: localStorage, which holds five million characters. */
/** @type {(site: string) => Promise<Keeper>} */
var canoaSpare = async (site) => {
  const prefix = `canoa:${site}:`;
  /** @param {string} name @returns {Kept | undefined} */
  const read = (name) => JSON.parse(localStorage.getItem(prefix + name) || "null") || undefined;
  // Throws where nothing can be kept: the caller has to know now, not after an hour of writing.
  localStorage.setItem(prefix, "");
  return {
    read: async (name) => read(name),
    swap: async (name, n, data) => {
      const found = read(name);
      if ((found ? found.n : 0) !== n) return false;
      localStorage.setItem(prefix + name, JSON.stringify({ n: n + 1, data }));
      return true;
    },
    remove: async (name) => localStorage.removeItem(prefix + name),
  };
};
