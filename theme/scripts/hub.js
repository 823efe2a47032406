/**
 * The hub page `guarda.html`: on `file://` Firefox gives every file a store of its own, so one page holds the records
 * and the others ask it in a hidden frame (frame.js).  Served by http it answers nobody: there each page keeps its own,
 * and a foreign site must not be able to ask.
 */
(() => {
  "use strict";
  const HALF_AN_HOUR = 1800000;
  if (location.protocol !== "file:" || parent === window) return;
  const { id } = canoaSite;
  const opened = canoaKeeper(id).catch(() => canoaSpare(id));
  const calls = {
    /**
     * Who is studying.  Firefox gives this page a `sessionStorage` for each page around it, so for half an hour the store
     * knows too, but never the key of a locked record.
     * @param {string} name
     * @param {string} [value]
     */
    session: async (name, value) => {
      const keeper = await opened;
      const found = await keeper.read("now");
      /** @param {object} now */
      const note = (now) => keeper.swap("now", found ? found.n : 0, { ...now, t: Date.now() });
      if (value) {
        const { id, key } = JSON.parse(value);
        sessionStorage.setItem(name, value);
        await note({ id: key ? "" : id });
        return value;
      }
      const here = sessionStorage.getItem(name);
      if (here || !found || Date.now() - found.data.t > HALF_AN_HOUR) return here;
      await note({ id: found.data.id });
      return JSON.stringify({ id: found.data.id });
    },
  };
  addEventListener("message", async ({ source, data }) => {
    if (source !== parent || !data || !Array.isArray(data.canoa)) return;
    const [number, name, values] = data.canoa;
    try {
      const asked = { ...(await opened), ...calls };
      if (!Object.keys(asked).includes(name)) return;
      const result = await /** @type {any} */ (asked)[name](...values);
      parent.postMessage({ canoa: [number, result] }, "*");
    } catch (error) {
      parent.postMessage({ canoa: [number, null, String(error || "closed")] }, "*");
    }
  });
  parent.postMessage({ canoa: [0] }, "*");
})();
