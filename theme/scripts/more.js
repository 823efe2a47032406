/** What the scripts of written work, progress and the learner's pages need of `canoa` beside store.js (types.d.ts). */
(() => {
  "use strict";
  const { element, entries, fill } = canoa;
  const live = element("p", { role: "status" });
  // Only for those who hear the page.
  live.style.cssText = "position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%)";
  (document.querySelector("main") || document.body).append(live);
  // As much as store.js keeps of a text.
  for (const area of document.querySelectorAll("textarea")) area.maxLength = 20000;

  Object.assign(canoa, {
    courses: Object.create(null),
    course: (/** @type {CourseList} */ found) => {
      canoa.courses[found.id] = found;
    },
    time: (/** @type {string} */ key) => (entries()[key] ? entries()[key].t : 0),
    slug: (/** @type {string} */ text) =>
      text
        .normalize("NFD")
        .replace(/[\u0300-\u036f]/g, "")
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .slice(0, 60)
        .replace(/^-+|-+$/g, ""),
    today: (days = 0) => {
      const date = new Date();
      // The local date: at night the one of Greenwich is tomorrow's.  Noon, lest a change of the clocks shift it.
      return new Date(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate() + days, 12)).toISOString().slice(0, 10);
    },
    shownDate: (/** @type {string} */ iso) => {
      const [year, month, day] = iso.split("-");
      return fill(_("{year}-{month}-{day}"), { year, month, day });
    },
    announce: (/** @type {string} */ text) => {
      // The same text twice is not read twice: it has to change.
      live.textContent = live.textContent === text ? `${text}\u00a0` : text;
    },
    download: (/** @type {string} */ name, /** @type {string} */ content, /** @type {string} */ type) => {
      const href = URL.createObjectURL(new Blob([content], { type }));
      element("a", { href, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60000);
    },
  });
})();
