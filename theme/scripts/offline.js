/**
 * "Take this course with you": the button on a course's front page, and on "My study" the courses that were taken.  What
 * they do is in carry.js, loaded when somebody presses the button or has taken something before.
 */
(() => {
  "use strict";
  const { base, element, page, site } = canoa;
  const isStudy = page === site.study;
  const box = element("div", { class: "levar" });
  // Browsers refuse a manifest on file://, and say so aloud.
  if (location.protocol !== "file:") document.head.append(element("link", { rel: "manifest", href: `${base}canoa.webmanifest` }));

  /** @param {boolean} isAsked */
  const start = async (isAsked) => {
    try {
      await canoa.load("carry");
      canoa.style("levar");
      await canoaCarry(box, isAsked);
    } catch {
      canoa.announce(_("It did not load. Try again."));
    }
  };

  if (!isStudy) box.append(element("button", { type: "button", class: "botao leve", onclick: () => start(true) }, _("Take this course with you")));
  /** @type {any} */
  const place = [...document.querySelectorAll(isStudy ? ".estudo" : "header.abertura, .progresso, .progresso + .bloco")].pop();
  if (isStudy) place.append(box);
  else place.after(box);
  if (!self.caches) return;
  caches.has(`canoa:${base}`).then(
    (has) => {
      if (has) start(false);
    },
    () => {},
  );
})();
