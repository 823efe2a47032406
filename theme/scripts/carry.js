/**
 * What people see of taking a course: what it weighs, how far it is, where it stands; and the zip where browsers keep no
 * course (addresses without https) and the plain words where there is nothing to do (`file://`).
 */
/** @type {(box: HTMLElement, isAsked: boolean) => Promise<void>} */
var canoaCarry = async (box, isAsked) => {
  "use strict";
  const { base, element, fill, site } = canoa;
  /** Bytes that are a lot to take, and of a zip that is too much; of a search that goes along unasked. */
  const LARGE = 200e6;
  const LARGEST = 2e9;
  const SMALL_SEARCH = 1e6;
  const isLocal = location.protocol === "file:";
  const canKeep = isSecureContext && !!self.caches && !!navigator.serviceWorker && !!(self.crypto && crypto.subtle);
  const path = canoa.page.replace(/[^/]*$/, "levar.js");
  let stopping = new AbortController();

  /** @param {Uint8Array} bytes  Over plain http browsers keep theirs to themselves. */
  const ownDigest = (bytes) => {
    const digest = canoaSha256();
    digest.add(bytes);
    const hexadecimal = /** @type {string} */ (digest.end());
    return Uint8Array.from({ length: 32 }, (_none, at) => parseInt(hexadecimal.slice(2 * at, 2 * at + 2), 16));
  };

  /** @type {(bytes: Uint8Array) => Promise<string>}  As `generator/site/output.py` cuts it. */
  const digestOf = async (bytes) => {
    const whole = canKeep ? new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)) : ownDigest(bytes);
    return btoa(String.fromCharCode(...whole.subarray(0, 16))).replace(/\+/g, "-").replace(/\//g, "_").slice(0, 22);
  };
  const desk = canoaTaking(base, digestOf, () => stopping.signal);

  // --- words ---------------------------------------------------------------------------------------------------------

  const size = canoaSize;

  /** @param {number} value */
  const number = (value) => value.toLocaleString(site.language, { maximumFractionDigits: 0 });

  /** @param {number} count */
  const pagesIn = (count) => (count === 1 ? _("1 page") : fill(_("{count} pages"), { count: number(count) }));
  /** @param {number} count */
  const filesIn = (count) => (count === 1 ? _("1 file") : fill(_("{count} files"), { count: number(count) }));
  /** @param {number} [time] */
  const date = (time = 0) => new Date(time).toLocaleDateString(site.language);

  /** @type {{[kind in Trouble]: string}} */
  const WHY = {
    paused: _("Paused."),
    offline: _("The connection was lost, or the server does not answer."),
    foreign: _("What came is not the course's file. Perhaps this network asks for a login first: open another site and see. Nothing wrong was kept."),
    gone: _("The server lacks a file of the course. Tell whoever keeps this site."),
    between: _("The site is being updated right now. Try again in a few minutes."),
    full: _("This browser has no more room. Make room on the device, or take the course without videos."),
    space: _("It does not fit in this browser: {size} are missing. Make room on the device, or take the course without videos."),
    closed: _("This browser keeps no courses, perhaps because the window is private."),
    busy: _("Another tab of this site is taking, updating or removing a course. Wait for it."),
  };

  /** @param {any} error */
  const why = (error) => fill(WHY[/** @type {Trouble} */ (error.kind)] || WHY.offline, { size: size(error.bytes || 0) });

  // --- parts -----------------------------------------------------------------------------------------------------------

  /** @param {string} text @param {() => unknown} onclick @param {boolean} [isFirst] */
  const button = (text, onclick, isFirst = false) =>
    element("button", { type: "button", class: isFirst ? "botao" : "botao leve", onclick }, text);
  /** @type {(...content: (Node | string)[]) => HTMLElement} */
  const line = (...content) => element("p", null, ...content);
  /** @type {(...buttons: HTMLElement[]) => HTMLElement} */
  const row = (...buttons) => element("p", { class: "botoes" }, ...buttons);

  const title = element("h2", { class: "bloco-titulo", id: "canoa-levar", tabIndex: -1 }, _("Take this course with you"));
  const section = element("section", { class: "bloco", "aria-labelledby": "canoa-levar" }, title);

  /** @type {(...content: HTMLElement[]) => void} show a state; who pressed a button that is gone goes on from the title */
  const show = (...content) => {
    const hadFocus = box.contains(document.activeElement);
    section.replaceChildren(title, ...content);
    box.replaceChildren(section);
    if (hadFocus) title.focus();
    canoa.announce(/** @type {string} */ (content[0].textContent));
  };

  // --- what there is to take -------------------------------------------------------------------------------------------

  const { weigh } = desk;

  const read = () => desk.readEdition({ [path]: { videos: true }, [desk.SEARCH]: { videos: true } });

  /** @type {(edition: CopyEdition, tell: () => void) => Choice} with videos and search or without, where there are any */
  const choice = ({ shared, courses }, tell) => {
    const course = courses[path];
    const search = courses[desk.SEARCH];
    const without = weigh(shared.files, course.files.filter(([name]) => !desk.VIDEO.test(name)));
    const videos = weigh(shared.files, course.files) - without;
    const finding = search ? weigh(search.files) : 0;
    /** @type {(text: string, bytes: number, isChosen: boolean) => {input: HTMLInputElement, label: HTMLElement}} */
    const box = (text, bytes, checked) => {
      const input = element("input", { type: "checkbox", checked: bytes > 0 && checked, onchange: tell });
      return { input, label: element("label", { class: "feito", hidden: !bytes }, input, element("span", null, fill(text, { size: size(bytes) }))) };
    };
    const film = box(_("With the videos: {size} more"), videos, videos + without <= LARGE);
    const find = box(_("With the search through the whole site: {size} more"), finding, finding <= SMALL_SEARCH);
    return {
      parts: [film.label, find.label],
      bytes: () => without + (film.input.checked ? videos : 0) + (find.input.checked ? finding : 0),
      wanted: () => ({ [path]: { videos: film.input.checked }, ...(find.input.checked && { [desk.SEARCH]: { videos: true } }) }),
    };
  };

  /** @type {(work: () => Promise<void>, again: () => unknown, ...more: HTMLElement[]) => Promise<void>} */
  const tried = async (work, again, ...more) => {
    try {
      await work();
    } catch (/** @type {any} */ error) {
      show(element("p", { class: "aviso" }, why(error)), row(button(_("Try again"), again, true), ...more));
    }
  };

  /** Progress as text and bar; aloud only each quarter. */
  const meter = () => {
    const text = line(_("Looking at what there is to take…"));
    const bar = element("progress", { max: 1, value: 0, "aria-hidden": true });
    let quarter = 0;
    /** @type {HearProgress} */
    const hear = ({ done, total, files, all }) => {
      text.textContent = fill(_("{files} of {all} files, {done} of {total}"), { files: number(files), all: number(all), done: size(done), total: size(total) });
      bar.value = total ? done / total : 1;
      const now = Math.floor(bar.value * 4);
      if (now > quarter && now < 4) canoa.announce(fill(_("{percent}% taken"), { percent: now * 25 }));
      quarter = Math.max(now, quarter);
    };
    return { text, bar, hear };
  };

  const pause = () => stopping.abort();

  // --- in the browser ----------------------------------------------------------------------------------------------------

  /** @type {(plan: CopyPlan, edition?: CopyEdition) => Promise<void>} */
  const run = async (plan, edition) => {
    stopping = new AbortController();
    const { text, bar, hear } = meter();
    show(line(_("Taking the course. You can go on reading in another tab; closing this one interrupts it.")), text, bar, row(button(_("Pause"), pause)));
    try {
      await desk.fulfil(plan, hear, edition);
      await here();
    } catch (/** @type {any} */ error) {
      await stopped(plan, error);
    }
  };

  /** @type {(plan: CopyPlan, error?: any) => Promise<void>} */
  const stopped = async (plan, error) => {
    const { copy, objects } = await desk.state();
    const isKept = objects > 0 && error?.kind !== "busy";
    const kept = line(copy ? _("Until then everything here is as it was.") : fill(_("What came is checked and stays: {files}."), { files: filesIn(Math.max(0, objects - 1)) }));
    const giveUp = button(_("Give up"), () => desk.abandon().then(here, () => here()));
    show(
      element("p", { class: error?.kind === "paused" ? "" : "aviso" }, error ? why(error) : _("It was interrupted before the end.")),
      ...(isKept ? [kept] : []),
      row(button(_("Go on"), () => run(plan), true), isKept ? giveUp : button(_("Close"), close)),
    );
    if (error?.kind === "offline") addEventListener("online", () => box.contains(kept) && run(plan), { once: true });
    // The other tab lets go of it: then this one looks again.
    if (error?.kind === "busy") navigator.locks.request(`canoa:${base}`, () => {}).then(() => here());
  };

  const offer = () =>
    tried(
      async () => {
        show(line(_("Looking at what there is to take…")));
        const { copy } = await desk.state();
        const courses = copy ? copy.courses : {};
        const edition = await read();
        const text = line();
        const say = () => {
          text.textContent = fill(_("The course stays in this browser and opens without internet: {pages}, {size}."), {
            pages: pagesIn(edition.courses[path].pages),
            size: size(bytes()),
          });
        };
        const { parts, bytes, wanted } = choice(edition, say);
        say();
        const take = () => run({ courses: { ...chosen(courses), ...wanted() } });
        show(text, ...parts, row(button(_("Take it"), take, true), zipButton(edition)));
      },
      offer,
      button(_("Close"), close),
    );

  /** @param {{[path: string]: {videos: boolean}}} courses @returns {CopyPlan["courses"]} */
  const chosen = (courses) => Object.fromEntries(Object.entries(courses).map(([name, { videos }]) => [name, { videos }]));

  const close = () => {
    const open = button(_("Take this course with you"), begin);
    box.replaceChildren(open);
    open.focus();
  };

  /** What is here of this course, and whether there is anything newer. */
  const here = async () => {
    const { copy, plan } = await desk.state();
    const course = copy && copy.courses[path];
    if (plan && plan.courses[path]) return stopped(plan);
    if (!copy || !course) return begin();
    const bytes = held(copy, course);
    const facts = { date: date(course.since), edition: copy.facts?.release || course.list.slice(0, 6), pages: pagesIn(course.pages), size: size(bytes) };
    const lacking = copy.missing.filter((name) => course.files.some(([own]) => own === name)).length;
    const content = [line(_("✓ This course is in this browser and opens without internet.")), line(fill(_("Since {date}, edition {edition}: {pages}, {size}."), facts))];
    if (lacking) content.push(line(fill(_("Not on the server that it came from: {files}."), { files: filesIn(lacking) })));
    const gone = button(_("Remove from this browser"), () => ask(bytes));
    const films = course.videos ? 0 : weigh(course.files.filter(([name]) => desk.VIDEO.test(name)));
    const more = button(fill(_("Take the videos too ({size})"), { size: size(films) }), () => run({ courses: { ...chosen(copy.courses), [path]: { videos: true } } }));
    const others = films ? [more, gone] : [gone];
    show(...content, row(...others));
    const found = await desk.news().catch(() => undefined);
    // Who pressed something meanwhile is somewhere else by now.
    if (!found || found.isSame || !box.contains(gone)) return;
    const next = { courses: chosen(copy.courses) };
    if (!found.files) return desk.fulfil(next, () => {}, found.edition).catch(() => {});
    const what = found.pages ? pagesIn(found.pages) : filesIn(found.files);
    const update = button(fill(_("Update ({what}, {size})"), { what, size: size(found.bytes) }), () => run(next, found.edition), true);
    show(...content, line(_("There is a newer edition.")), row(update, ...others));
    return undefined;
  };

  /** @type {(copy: KeptEdition, course: TakenCourse) => number} bytes of what was taken */
  const held = (copy, course) => {
    return weigh(course.files.filter(([name]) => (course.videos || !desk.VIDEO.test(name)) && !copy.missing.includes(name)));
  };

  /** @param {number} bytes */
  const ask = (bytes) =>
    show(
      line(fill(_("Remove the course from this browser? Taking it again means fetching {size} again. What you wrote stays."), { size: size(bytes) })),
      row(button(_("Remove"), () => tried(() => desk.remove(path).then(close), here), true), button(_("Keep it"), here)),
    );

  // --- as a zip ----------------------------------------------------------------------------------------------------------

  /** @param {CopyEdition} edition */
  const zipButton = (edition) => button(_("As a zip file instead"), () => offerZip(edition));

  /** @param {CopyEdition} edition */
  const offerZip = (edition) => {
    const text = line();
    const large = element("p", { class: "aviso" });
    const start = button(_("Make the zip"), () => makeZip(wanted(), edition), true);
    const say = () => {
      text.textContent = fill(_("The zip holds {pages}, {size}. Unpack it on any computer or stick and open ABRIR.html."), {
        pages: pagesIn(edition.courses[path].pages),
        size: size(bytes()),
      });
      large.textContent = _("This is a lot for a browser, above all on a phone. Without videos it is safer.");
      large.hidden = bytes() <= LARGE;
      start.disabled = bytes() > LARGEST;
    };
    const { parts, bytes, wanted } = choice(edition, say);
    say();
    const reason = canKeep ? [] : [line(_("This address has no secure connection (https), and without it browsers keep no course. So the course comes as one zip file."))];
    show(...reason, text, ...parts, large, row(start, button(_("Close"), close)));
  };

  /** @type {(wanted: CopyPlan["courses"], edition: CopyEdition) => Promise<void>} */
  const makeZip = async (wanted, edition) => {
    stopping = new AbortController();
    const { text, bar, hear } = meter();
    show(line(_("Making the zip. Closing this page interrupts it.")), text, bar, row(button(_("Cancel"), pause)));
    /** @type {Map<string, Blob>} */
    const kept = new Map();
    await tried(
      async () => {
        await canoa.load("zip");
        const result = await desk.collect(wanted, {
          edition,
          here: async () => kept,
          begin: async () => {},
          keep: async ([, , digest], bytes) => void kept.set(digest, new Blob([bytes])),
          hear,
        });
        const blob = await packed(result.edition, kept);
        const href = URL.createObjectURL(blob);
        const download = `canoa-${folder()}.zip`;
        const link = element("a", { href, download, class: "botao" }, fill(_("Save {name} ({size})"), { name: download, size: size(blob.size) }));
        show(line(_("✓ The zip is ready. Unpack the whole of it before you open ABRIR.html.")), row(link, button(_("Close"), close)));
        link.click();
      },
      begin,
      button(_("Close"), close),
    );
  };

  /** Name of the course's folder. */
  const folder = () => path.split("/").slice(-2)[0].replace(/\.js$/, "") || site.id;

  /** @type {(edition: CopyEdition, kept: Map<string, Blob>) => Promise<Blob>} */
  const packed = async ({ shared, courses }, kept) => {
    const zip = canoaZip();
    const root = `canoa-${folder()}/`;
    const course = courses[path];
    const entrance = new TextEncoder().encode(entry(course, shared.name));
    for (const name of ["ABRIR.html", "index.html"]) await zip.add(root + name, entrance);
    await zip.add(`${root}canoa/copia.js`, new TextEncoder().encode(`canoaCopia=${JSON.stringify(factsOfZip())};\n`));
    const rows = [shared, ...Object.values(courses)].flatMap(({ files }) => files);
    const names = new Map(rows.map(([name, , digest]) => [name, digest]));
    // The site's front page leads to courses that are not in the zip.
    names.delete("index.html");
    for (const [name, digest] of [...names].sort()) {
      const found = kept.get(digest);
      if (found) await zip.add(root + name, new Uint8Array(await found.arrayBuffer()));
    }
    return zip.finish();
  };

  /** What the copy says of itself, but that it holds one course. */
  const factsOfZip = () => {
    const facts = globalThis.canoaCopia || { format: "canoa-copia", version: 1, release: 0 };
    const courses = facts.courses?.map((one) => (["site", folder()].includes(one.unit) ? one : { ...one, here: {}, away: { ...one.away, ...one.here } }));
    return { ...facts, ...(courses && { courses }) };
  };

  /** @param {string} text */
  const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

  /** @type {(course: TakenCourse, name: string) => string} the page that opens the unpacked course */
  const entry = (course, name) =>
    `<!doctype html>\n<html lang="${escaped(site.language)}">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n` +
    `<title>${escaped(course.title)} · ${escaped(name)}</title>\n<link rel="stylesheet" href="canoa/canoa.css">\n<link rel="icon" href="canoa/icone.svg">\n` +
    `<body>\n<div class="corpo">\n<main>\n<article>\n<header class="abertura"><p class="tipo">${escaped(name)}</p>\n<h1>${escaped(course.title)}</h1></header>\n<div class="texto">\n` +
    `<p><a href="${escaped(encodeURI(course.page))}"><strong>${escaped(_("Open the course"))}</strong></a></p>\n` +
    `<p><a href="${escaped(site.study)}">${escaped(_("My study"))}</a></p>\n` +
    `<p>${escaped(_("This folder holds one course, complete and without internet. If the page looks bare, unpack the whole zip first."))}</p>\n` +
    `<p>${escaped(_("Links to other courses lead nowhere here: those courses are not in this folder."))}</p>\n` +
    `<p>${escaped(fill(_("Taken from {address} on {date}, edition {edition}."), { address: base, date: date(Date.now()), edition: course.list.slice(0, 6) }))}</p>\n` +
    `</div>\n</article>\n</main>\n</div>\n`;

  // --- begin -------------------------------------------------------------------------------------------------------------

  /** @type {() => Promise<any>} */
  const begin = async () => {
    if (isLocal) {
      const words = [
        line(_("This copy already works without internet.")),
        line(fill(_("To take it along, copy the whole folder “{folder}” to a stick or another computer, and open its page index.html there."), {
          folder: decodeURI(base).split("/").slice(-2)[0],
        })),
      ];
      return show(...words, row(button(_("Close"), close)));
    }
    if (canKeep) return offer();
    return tried(
      async () => {
        show(line(_("Looking at what there is to take…")));
        await canoa.load("zip");
        offerZip(await read());
      },
      begin,
      button(_("Close"), close),
    );
  };

  /** @param {KeptEdition} copy  On "My study": what was taken, each leads to its course. */
  const list = (copy) => {
    const items = Object.values(copy.courses).filter(({ page }) => page).map((course) =>
      element(
        "li",
        null,
        element("a", { href: base + encodeURI(course.page) }, course.title),
        ` · ${fill(_("since {date}, {size}"), { date: date(course.since), size: size(held(copy, course)) })}`,
      ),
    );
    box.replaceChildren(element("section", null, element("h2", null, _("Courses in this browser, without internet")), element("ul", null, ...items)));
  };

  if (canoa.page === site.study) {
    const { copy } = await desk.state();
    if (copy) list(copy);
    return;
  }
  const { copy, plan } = isLocal || !canKeep ? { copy: undefined, plan: undefined } : await desk.state();
  if ((copy && copy.courses[path]) || (plan && plan.courses[path])) await here();
  else if (isAsked) await begin();
};
