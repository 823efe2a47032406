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
    frame.src = `${canoa.base}canoa/guarda.html`;
    document.body.append(frame);
  });
