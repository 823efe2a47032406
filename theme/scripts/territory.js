/** "My territory": what is known of the learner's place, written once, shown and editable wherever an author asks. */
(() => {
  "use strict";
  const { element, get, set } = canoa;
  const FIELDS = { unidade: "unit", municipio: "city", populacao: "population", equipes: "teams" };

  /**
   * The priority problems of the site: a course's list knows their names.
   * @returns {{[id: string]: string}}
   */
  const problemNames = () => Object.assign({}, ...Object.values(canoa.courses).map((course) => course.problemNames));

  /**
   * One list to choose from in the place of the line to write on.
   * @param {HTMLInputElement} line
   */
  const choices = (line) => {
    const list = element("details");
    const label = line.parentElement || line;
    /** @returns {string[]} */
    const chosen = () => {
      const value = get("territory/problems");
      return Array.isArray(value) ? value.map(String) : [];
    };
    const draw = () => {
      const names = problemNames();
      const ids = [...new Set([...Object.keys(names), ...chosen()])];
      const shown = chosen().map((id) => names[id] || id);
      const boxes = ids.map((id) => {
        const box = element("input", { type: "checkbox", value: id, checked: chosen().includes(id) });
        box.oninput = () => {
          set("territory/problems", chosen().filter((other) => other !== id).concat(box.checked ? id : []));
          redraw();
          for (const other of list.querySelectorAll("input")) if (other.value === id) other.focus();
        };
        return element("li", null, element("label", null, box, " ", element("span", null, names[id] || id)));
      });
      const name = (label.textContent || "").trim();
      list.replaceChildren(
        element("summary", null, `${name}: ${shown.join(", ") || "–"}`),
        element("ul", { class: "opcoes" }, ...boxes),
      );
    };
    // The line stays for as long as there is nothing to choose from.
    redraws.push(() => {
      draw();
      if (list.querySelector("li")) label.replaceWith(list);
    });
  };

  /** @type {(() => void)[]} */
  const redraws = [];
  const redraw = () => {
    for (const draw of redraws) draw();
  };
  let hasProblems = false;
  /** @type {NodeListOf<HTMLInputElement>} */
  const lines = document.querySelectorAll(".territorio [data-campo]");
  for (const line of lines) {
    const name = line.dataset.campo || "";
    if (name === "problemas") {
      hasProblems = true;
      choices(line);
      continue;
    }
    const key = `territory/${FIELDS[/** @type {keyof FIELDS} */ (name)]}`;
    line.oninput = () => {
      set(key, line.value || null);
      redraw();
    };
    redraws.push(() => {
      const value = `${get(key) || ""}`;
      if (line.value !== value) line.value = value;
    });
  }
  canoa.onload(redraw);
  if (hasProblems && canoa.page.includes("/")) {
    canoa.load(`${canoa.page.split("/")[0]}/atividades.js`).then(redraw, () => {});
  }
})();
