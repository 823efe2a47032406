/**
 * How much of a course is done, by activities, never by pages that were opened: on the heads and cards of course and
 * module pages; and the choice of an elective.  `canoa.progress` serves `study.js` too.
 */
(() => {
  "use strict";
  canoa.style("estudo");
  const { element, fill, get, list: listOf } = canoa;

  /** @param {Value} [value] */
  const isWritten = (value) => `${value ?? ""}`.trim();

  /**
   * When an activity of a kind counts as done; the others are questions.
   * @type {{[kind: string]: (key: string) => unknown}}
   */
  const RULES = {
    caso: (key) => listOf(`case/${key}/`).some(([, run]) => Object(run).end),
    reflexao: (key) => isWritten(get(`text/${key}`)),
    "na-sua-unidade": (key) => get(`task/${key}/done`),
    ficha: (key) => listOf(`sheet/${key}/cell/`).some(([, text]) => isWritten(text)),
    checklist: (key) => listOf(`check/${key}/`).filter(([, ticked]) => ticked).length >= (Object(get(`about/${key}`)).items || 1),
    avaliacao: (key) => get(`survey/${key}`),
  };

  /** @type {Progress["done"]} */
  const done = (key, kind) => !!(RULES[kind] ? RULES[kind](key) : listOf(`answer/${key}/`).length);

  /** @type {Progress["count"]} */
  const count = (pages) => {
    const all = pages.flatMap(({ page, activities }) => activities.map(([kind, key, title]) => ({ kind, key, title, href: hrefOf(page, key) })));
    const missing = all.filter(({ key, kind }) => !done(key, kind));
    return { done: all.length - missing.length, total: all.length, missing };
  };

  /**
   * The key of a block whose author gave it no id holds its page too.
   * @type {(page: string, key: string) => string}
   */
  const hrefOf = (page, key) => canoa.base + encodeURI(page) + "#" + decodeURIComponent(key).replace(/.*#/, "");

  /** @type {Progress["ofModule"]} */
  const ofModule = (module) => count([module, ...module.pages]);

  /**
   * Ids of modules have slashes, parts of keys do not.
   * @type {(id: string) => string}
   */
  const keyOf = (id) => `elective/${encodeURIComponent(id)}`;

  /** @type {(id: string) => {[name: string]: any}} */
  const choiceOf = (id) => Object(get(keyOf(id)));

  /** @type {Progress["ofCourse"]} */
  const ofCourse = (course) =>
    count([
      course,
      // What is free to choose counts once it was chosen or begun.
      ...course.modules.flatMap((module) =>
        !module.elective || choiceOf(module.id).chosen || ofModule(module).done ? [module, module.pages].flat() : [],
      ),
      ...course.pages,
    ]);

  /** @type {Progress["bar"]} */
  const bar = ({ done: value, total: max }) => {
    const text = fill(_("Activities done: {done} of {total}"), { done: value, total: max });
    // The bar says nothing that the words do not say.
    return element("p", { class: "andamento" }, value < max ? text : "✓ " + text, element("progress", { value, max, "aria-hidden": true }));
  };

  canoa.progress = { done, count, ofCourse, ofModule, bar };

  // Course and module pages load the list of their own course; "My study" loads all of them later.
  const [course] = Object.values(canoa.courses);
  /** @type {any} */
  const here = course && [course, ...course.modules].find(({ page }) => page === canoa.page);
  if (!here) return;

  /**
   * What heads and cards show, by page.
   * @type {{[page: string]: () => Count}}
   */
  const counts = { [course.page]: () => ofCourse(course) };
  for (const module of course.modules) counts[module.page] = () => ofModule(module);
  for (const page of [course, ...course.modules].flatMap(({ pages }) => pages)) counts[page.page] = () => count([page]);

  /** @type {any} */
  const title = document.querySelector("h1");
  /** @type {Element} */
  const head = title.closest("header") || title;
  const box = element("div", { class: "progresso" });
  head.after(box);

  const redraw = () => {
    const counted = counts[here.page]();
    const [next] = counted.missing;
    if (counted.total) box.replaceChildren(bar(counted));
    if (next) box.append(element("p", null, _("Go on:") + " ", element("a", { href: next.href }, next.title)));
    /** @type {NodeListOf<HTMLAnchorElement>} */
    const links = document.querySelectorAll(".cartao > a");
    for (const link of links) {
      const ofCard = counts[decodeURI(link.href.slice(canoa.base.length))]?.();
      if (!ofCard?.total) continue;
      link.parentElement?.querySelector(".andamento")?.remove();
      link.after(bar(ofCard));
    }
  };
  canoa.onload(redraw);
  if (!here.elective) return;

  // --- the choice of an elective ---------------------------------------------------------------------------------------

  const chosen = element("input", { type: "checkbox" });
  const problem = element("select", null, element("option", { value: "" }, "—"));
  const why = element("textarea", { rows: 3 });
  /** @type {(text: string, field: HTMLElement) => HTMLElement} */
  const labelled = (text, field) => element("label", { class: "campo" }, element("span", null, text), field);
  const reason = element(
    "div",
    null,
    labelled(_("Which priority problem of your area does it meet?"), problem),
    labelled(_("Why do you choose it?"), why),
  );
  // The problems that the elective is about come first.
  for (const id of new Set([...here.problems, ...Object.keys(course.problemNames)])) {
    problem.append(element("option", { value: id }, course.problemNames[id] || id));
  }
  const oninput = () => {
    reason.hidden = !chosen.checked;
    canoa.set(keyOf(here.id), { chosen: chosen.checked, problem: problem.value, why: why.value });
    redraw();
  };
  box.after(
    element(
      "section",
      { class: "bloco", oninput },
      element("h2", { class: "bloco-titulo" }, _("Choose this elective")),
      element("label", { class: "feito" }, chosen, element("span", null, _("I choose this elective"))),
      reason,
    ),
  );
  canoa.onload(() => {
    const kept = choiceOf(here.id);
    chosen.checked = !!kept.chosen;
    reason.hidden = !kept.chosen;
    problem.value = kept.problem || "";
    why.value = kept.why || "";
  });
})();
