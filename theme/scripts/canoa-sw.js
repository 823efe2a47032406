/**
 * Serves the courses that were taken into this browser (taking.js), from one edition, whether there is internet or not.
 * It only reads: whoever takes, updates and removes is the page.  All that was not taken goes to the network, and nothing
 * of the site needs this worker.  `?sem-copia` behind any address of the site sends it away, with all that it serves.
 */
(() => {
  "use strict";
  /** @type {any} */
  const worker = self;
  /** @type {string} */
  const base = worker.registration.scope;
  const NAME = `canoa:${base}`;
  const ROOT = `${base}canoa-copia/`;
  const FACTS = "canoa/copia.js";
  /** @type {any} */
  const WORKING = { format: "canoa-copia", version: 1, release: 0 };
  const FAREWELL = "sem-copia";
  /** How long a page of the site waits for a slow network before the copy comes in its place. */
  const PATIENCE = 6000;
  /** @type {{[ending: string]: string}} */
  const TYPES = {
    html: "text/html; charset=utf-8",
    css: "text/css; charset=utf-8",
    js: "text/javascript; charset=utf-8",
    json: "application/json",
    txt: "text/plain; charset=utf-8",
    csv: "text/csv; charset=utf-8",
    vtt: "text/vtt; charset=utf-8",
    xml: "application/xml",
    svg: "image/svg+xml",
    png: "image/png",
    jpg: "image/jpeg",
    jpeg: "image/jpeg",
    gif: "image/gif",
    webp: "image/webp",
    avif: "image/avif",
    mp3: "audio/mpeg",
    m4a: "audio/mp4",
    ogg: "audio/ogg",
    oga: "audio/ogg",
    opus: "audio/ogg",
    wav: "audio/wav",
    mp4: "video/mp4",
    m4v: "video/mp4",
    webm: "video/webm",
    ogv: "video/ogg",
    pdf: "application/pdf",
    woff2: "font/woff2",
  };

  /**
   * An edition, ready to answer.
   * @typedef {object} Shelf
   * @property {string} mark
   * @property {Map<string, string>} files  path → digest
   * @property {Set<string>} taken  paths of the courses' own files: they come from the copy; what courses share comes from
   * the network where there is one, for it speaks of the whole site
   * @property {TakenCourse[]} courses
   * @property {object} facts  What the copy said of itself from which the courses were taken.
   */
  /** @type {Shelf | undefined} */
  let shelf;
  /** @type {Map<string, Shelf | undefined>}  Which edition the page of a tab came from: its parts come from the same. */
  const pages = new Map();

  /** @type {() => Promise<Shelf | undefined>}  A damaged copy is as good as none. */
  const current = () => open().catch(() => undefined);

  /** @type {() => Promise<Shelf | undefined>} */
  const open = async () => {
    if (!(await caches.has(NAME))) return;
    const found = await (await caches.open(NAME)).match(`${ROOT}edicao`);
    if (!found) return;
    const mark = found.headers.get("ETag") || "";
    if (!shelf || shelf.mark !== mark) {
      /** @type {KeptEdition} */
      const { shared, courses, facts = WORKING } = await found.json();
      const own = Object.values(courses);
      const rows = own.flatMap(({ files }) => files);
      const files = new Map([...shared.files, ...rows].map(([path, , digest]) => [path, digest]));
      shelf = { mark, files, taken: new Set(rows.map(([path]) => path)), courses: own.filter(({ page }) => page), facts };
    }
    return shelf;
  };

  /** @param {string} address  Path in the site, without query; a folder is its `index.html`. */
  const pathOf = (address) => {
    try {
      return decodeURIComponent(address.split(/[?#]/)[0].slice(base.length)).replace(/(^|\/)$/, "$1index.html");
    } catch {
      return "";
    }
  };

  /** @type {(from: Shelf, path: string, request: Request) => Promise<Response | undefined>} */
  const serve = async (from, path, request) => {
    const found = from.files.has(path) && (await (await caches.open(NAME)).match(ROOT + from.files.get(path)));
    if (!found) return;
    const headers = { "Content-Type": TYPES[path.replace(/.*\./, "").toLowerCase()] || "application/octet-stream", "Accept-Ranges": "bytes" };
    // Players ask for parts (RFC 9110, section 14.2).
    const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("Range") || "");
    if (!range || !(range[1] || range[2])) return new Response(found.body, { headers });
    const whole = await found.blob();
    const first = range[1] ? Number(range[1]) : Math.max(0, whole.size - Number(range[2]));
    const last = Math.min(whole.size - 1, range[1] && range[2] ? Number(range[2]) : Infinity);
    if (first > last) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${whole.size}` } });
    const part = { ...headers, "Content-Range": `bytes ${first}-${last}/${whole.size}` };
    return new Response(whole.slice(first, last + 1), { status: 206, headers: part });
  };

  /** @param {string} text */
  const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

  /** @type {(from: Shelf) => Response} what stands in the place of a page that was not taken while there is no internet */
  const explain = (from) => {
    const links = from.courses.map(({ page, title }) => `<li><a href="${escaped(base + encodeURI(page))}">${escaped(title)}</a></li>`);
    const page =
      `<!doctype html><html lang="${escaped(canoaSite.language)}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
      `<title>${escaped(_("This page was not taken along"))}</title><link rel="stylesheet" href="${escaped(base)}canoa/canoa.css">` +
      `<body><div class="corpo"><main><article><h1>${escaped(_("This page was not taken along"))}</h1>` +
      `<p>${escaped(_("There is no internet now, and this page is not in the copy of this browser. What is here:"))}</p>` +
      `<ul>${links.join("")}</ul></article></main></div>`;
    return new Response(page, { status: 503, headers: { "Content-Type": TYPES.html } });
  };

  /** @type {(event: any, path: string) => Promise<Response>} */
  const navigate = async ({ request, resultingClientId }, path) => {
    const from = await current();
    /** @param {Shelf} [one] */
    const note = (one) => {
      if (pages.size > 200) pages.clear();
      pages.set(resultingClientId, one);
    };
    if (!from) return fetch(request);
    const taken = from.taken.has(path) && (await serve(from, path, request));
    if (taken) {
      note(from);
      return taken;
    }
    note();
    const asked = fetch(request);
    try {
      if (!from.files.has(path)) return await asked;
      const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
      const answer = await Promise.race([asked, late]);
      if (answer) return answer;
    } catch {
      // No internet.
    }
    note(from);
    asked.catch(() => {});
    return (await serve(from, path, request)) || explain(from);
  };

  /** @type {(event: any, path: string) => Promise<Response>} */
  const load = async ({ request, clientId }, path) => {
    const now = await current();
    if (!now) return fetch(request);
    const client = pages.has(clientId) ? undefined : await worker.clients.get(clientId);
    const from = client ? (now.taken.has(pathOf(client.url)) ? now : undefined) : pages.get(clientId);
    const found = from && (await serve(from, path, request));
    if (found) return found;
    try {
      return await fetch(request);
    } catch (error) {
      // The page came from the network, which is gone by now; or nobody remembers where it came from.
      const spare = await serve(now, path, request);
      if (spare) return spare;
      if (path === FACTS) return new Response(`canoaCopia=${JSON.stringify(now.facts)};\n`, { headers: { "Content-Type": TYPES.js } });
      throw error;
    }
  };

  const leave = async () => {
    await caches.delete(NAME);
    await worker.registration.unregister();
  };

  worker.addEventListener("install", () => worker.skipWaiting());
  worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
  worker.addEventListener("fetch", (/** @type {any} */ event) => {
    const { request } = event;
    const { url, mode, method, cache, destination } = request;
    if (method !== "GET" || !url.startsWith(base)) return;
    // What taking.js asks for is for the server.
    if (!destination && cache === "no-cache") return;
    const path = pathOf(url);
    if (mode !== "navigate") event.respondWith(load(event, path));
    else if (new URL(url).searchParams.has(FAREWELL)) event.respondWith(leave().then(() => fetch(request)));
    else event.respondWith(navigate(event, path).catch(() => fetch(request)));
  });
})();
