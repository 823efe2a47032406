/**
 * Cases told stage by stage: a decision shows the next one, the path is kept, and at the end it stands beside the path of
 * the reference team.  Stages are anchors: the browser's back button, links from elsewhere and paper know them too.
 */
(() => {
  "use strict";
  canoa.style("casos");

  /**
   * @param {string[]} mine
   * @param {string[]} team
   * @returns {number} the first step that differs; -1 when none does
   */
  const parting = (mine, team) => (mine.length < team.length ? team : mine).findIndex((_id, at) => mine[at] !== team[at]);

  const { element, fill, list } = canoa;

  /** @param {any} section */
  const enliven = (section) => {
    /** @type {any[]} */
    const stages = [...section.querySelectorAll(".etapa")];
    const start = section.dataset.inicio;
    const prefix = `case/${canoa.keyOf(section)}/`;
    const key = document.getElementById(`${section.id}-equipe`);
    const team = key && key.dataset.caminho ? key.dataset.caminho.split(" ") : [];
    const panel = element("div", { class: "percurso" });
    let path = [start];
    /** The path as far as it was walked, for the way back from a look at another stage, and the browser's way forward. */
    let walked = path;
    /** Key of the run that is being kept. */
    let run = "";

    /** @param {string} id */
    const find = (id) => stages.find((one) => one.id === id);
    /** @param {string} id @returns {string} number and title */
    const nameOf = (id) => find(id).firstElementChild.textContent.trim();
    /** @param {string} id */
    const isEnd = (id) => find(id).matches(".fim");
    const here = () => path[path.length - 1];
    /** @returns {any[]} */
    const runs = () => list(prefix);

    /** @param {string} text */
    const say = (text) => element("p", null, text);
    /** @param {string} text @param {() => void} onclick */
    const button = (text, onclick) => element("button", { type: "button", class: "botao leve", onclick }, text);
    /** @param {string} title @param {string[]} ids @param {boolean} [isFolded] */
    const links = (title, ids, isFolded) => {
      const items = ids.map((id) => element("li", null, element("a", { href: `#${id}` }, nameOf(id))));
      if (!items[0]) return "";
      return isFolded
        ? element("details", null, element("summary", null, title), element("ul", null, ...items))
        : element("div", null, element("b", null, title), element("ol", null, ...items));
    };

    const keep = () => {
      /** @type {any} */
      const old = canoa.get(run);
      // Forward again, by the browser's button, on a path that has been walked to its end.
      if (path[0] !== start || (old && old.end && path.every((id, at) => id === old.path[at]))) return;
      const value = { path, titles: path.map((id) => nameOf(id).replace(/^\d+ /, "")), end: isEnd(here()) };
      canoa.about(section);
      if (old && !old.end) canoa.set(run, value);
      else run = canoa.add(prefix, value);
      for (const [oldest] of runs().slice(0, -20)) canoa.set(oldest, null);
    };

    /** What the end of a case says about the path, without judging it. */
    const review = () => {
      const ids = stages.map(({ id }) => id);
      const seen = path.concat(...runs().map((one) => one[1].path));
      const ends = ids.filter(isEnd);
      const at = parting(path, team);
      let text = _("You and the team took the same path.");
      if (!team[0]) text = fill(_("Endings of this case: {total}. Seen: {n}."), { total: ends.length, n: ends.filter((id) => seen.includes(id)).length });
      else if (at > 0)
        text = fill(_("The team decided otherwise at “{stage}”: {next}."), {
          stage: nameOf(path[at - 1]),
          next: team[at] ? nameOf(team[at]) : _("the case ended there"),
        });
      const unseen = ids.filter((id) => !seen.includes(id));
      return [say(text), links(_("Stages that you have not seen"), unseen, true)];
    };

    /** The last run, to go on from where it stopped. */
    const offer = () => {
      const [kept] = runs().slice(-1);
      if (!kept) return [];
      const last = kept[1];
      const titles = { path: last.titles.join(" → ") };
      const resume = () => {
        run = kept[0];
        walk(last.path);
      };
      return last.path.every(find)
        ? [say(fill(_("Last time: {path}"), titles)), button(_("Go on from there"), resume)]
        : [say(fill(_("This case has changed since your path: {path}"), titles))];
    };

    const show = () => {
      const isOver = path[0] === start && isEnd(here());
      for (const one of stages) one.classList.toggle("atual", one.id === here());
      panel.replaceChildren(
        element("div", { class: "caminhos" }, links(_("Your path"), path[1] ? path : []), links(_("The reference team's path"), isOver ? team : [])),
        ...(isOver ? review() : []),
      );
      if (path[1] || path[0] !== start)
        panel.append(
          element(
            "p",
            { class: "acoes" },
            button(_("Go back one step"), () => go(path[1] ? path.slice(0, -1) : walked)),
            button(_("Start again"), restart),
          ),
        );
      else panel.append(...offer());
    };

    /** @param {string[]} next @param {boolean} [isThere]  Whether the address leads there already. */
    const go = (next, isThere) => {
      path = next;
      show();
      // Takes the focus away.
      if (!isThere) location.hash = here();
      const heading = find(here()).firstElementChild;
      heading.tabIndex = -1;
      heading.focus();
    };

    /** @param {string[]} next  A path that the learner walks now. */
    const walk = (next) => {
      walked = path = next;
      if (next[1]) keep();
      go(next);
    };

    const restart = () => {
      run = "";
      walk([start]);
    };

    /** Goes where the address leads: back, on, or to any stage. */
    const follow = () => {
      // Not `:target`: a browser may set it only after this script has run.
      const target = [...section.querySelectorAll("[id]")].find(({ id }) => `#${encodeURI(id)}` === location.hash);
      const stage = location.hash ? target && target.closest(".etapa") : find(start);
      if (!stage || stage.id === here()) return;
      const known = path.includes(stage.id) ? path : walked;
      const at = known.lastIndexOf(stage.id);
      go(at < 0 ? [stage.id] : known.slice(0, at + 1), true);
    };

    /** @param {any} event */
    section.onclick = (event) => {
      const link = event.target.closest(".atual [href]");
      const id = link && link.getAttribute("href").slice(1);
      if (!find(id) || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      walk([...path, id]);
    };
    section.classList.add("conduzido");
    section.append(panel);
    addEventListener("hashchange", follow);
    canoa.onload(() => {
      const [kept] = runs().slice(-1);
      // The page was loaded again where the last run stands.
      if (kept && !run && path[0] !== start && kept[1].path.every(find) && kept[1].path.slice(-1)[0] === here()) {
        run = kept[0];
        walked = path = kept[1].path;
      }
      show();
    });
    show();
    follow();
  };

  for (const section of document.querySelectorAll("[data-inicio]")) enliven(section);

  // test:begin
  if (typeof module === "object") module.exports = { parting };
  // test:end
})();
