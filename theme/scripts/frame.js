/** On `file://`: asks the hub page, whose store all pages of the site share (see hub.js). */
/** @type {() => Promise<Keeper & {session: (name: string, value?: string) => Promise<string | null>}>} */
var canoaFrame = () =>
  new Promise((resolve, reject) => {
    const frame = document.createElement("iframe");
    /** @type {[(value: any) => void, (error: Error) => void][]} */
    const waiting = [];
    /** @param {string} name @returns {(...values: any[]) => Promise<any>} */
    const ask =
      (name) =>
      (...values) =>
        new Promise((...callbacks) => {
          const number = waiting.push(callbacks);
          /** @type {Window} */ (frame.contentWindow).postMessage({ canoa: [number, name, values] }, "*");
        });
    addEventListener("message", ({ source, data }) => {
      if (source !== frame.contentWindow || !data || !data.canoa) return;
      const [number, result, error] = data.canoa;
      if (!number) resolve({ read: ask("read"), swap: ask("swap"), remove: ask("remove"), session: ask("session") });
      else if (error) waiting[number - 1][1](new Error(error));
      else waiting[number - 1][0](result);
    });
    setTimeout(reject, 4000);
    frame.hidden = true;
    /** @param {string} page */
    const show = (page) => {
      frame.src = canoa.base + page;
      document.body.append(frame);
    };
    const own = "canoa/guarda.html";
    // On a stick the folders a and b take turns; the page that opens them stays, and with it what Firefox keeps for it.
    if (/\/[ab]\/$/.test(canoa.base)) canoa.load("../atual0.js").then(() => show("../ABRIR.html"), () => show(own));
    else show(own);
  });
