/**
 * Reads texts of pages for the search (search.js), which loads it when the first text is wanted: where a phrase stands, and
 * the passage that fits a question best.
 */
window.canoaSearch("passages", (/** @type {SearchParts} */ finder) => {
  "use strict";
  const { base, load, manifest, once, parts, record, termOf } = finder;
  const { WORD, words } = canoaTerms;
  /** Words of a passage, and of it before the first hit. */
  const PASSAGE = 34;
  const LEAD = 5;
  /** Pages whose texts are read for a phrase. */
  const MOST_READ = 30;

  /** @param {string} text */
  const spaced = (text) => text.replace(/\s+/g, " ").trim();

  /**
   * The text of a page, out of itself, as `generator/pages/sections.py` puts it into the shards.
   * @param {string} href
   * @returns {Promise<SearchSection[]>}
   */
  const readPage = async (href) => {
    const page = new DOMParser().parseFromString(await (await fetch(href)).text(), "text/html");
    const body = /** @type {HTMLElement} */ (page.querySelector(".texto"));
    /** @type {(which: string, change: (one: Element) => void) => void} */
    const each = (which, change) => body.querySelectorAll(which).forEach(change);
    each(".headerlink", (one) => one.remove());
    each("select,textarea,math,style,script", (one) => one.replaceWith(" "));
    // The answer key and the list of abbreviations are the end of a page.
    each("section[class=gabarito],details[class=siglas]", (one) => one.before("\x04"));
    each(":not(a,abbr,b,code,del,em,i,ins,kbd,mark,s,small,span,strong,sub,sup,u)", (one) => {
      const isHeading = one.id && /^(H[2-6]|DT)$/.test(one.tagName);
      one.prepend(isHeading ? `\x02${one.id}\x03` : " ");
      one.append(isHeading ? "\x03" : " ");
    });
    const texts = /** @type {string} */ (body.textContent).split("\x04")[0].split("\x02");
    const sections = texts.map((text, at) => {
      const [anchor, heading, below] = at ? text.split("\x03") : ["", "", text];
      return /** @type {SearchSection} */ ([anchor, spaced(heading), spaced(below)]);
    });
    const summary = spaced(Object(page.querySelector(".resumo")).textContent || "");
    const known = summary.replace(/…$/, "");
    if (!sections.some(([, , text]) => text.includes(known))) sections[0][2] = spaced(`${summary} ${sections[0][2]}`);
    return sections;
  };

  /**
   * Over the network the text comes from the page itself, which is perhaps opened next; where nothing else than scripts can
   * be read, from a shard, of which nothing else is kept.
   * @param {number} page
   * @returns {Promise<SearchSection[] | undefined>}
   */
  const sections = (page) =>
    once(`text ${page}`, async () => {
      const found = await record(page);
      if (!found) return undefined;
      const own = base.startsWith("http") && (await readPage(found.href).catch(() => undefined));
      if (own) return own;
      const { folder, slot } = found;
      const number = slot >> manifest.textBits;
      const path = folder ? `${folder}/busca/${number}.js` : `canoa/busca/x${number}.js`;
      const texts = await load(path, `text${folder} ${number}`, (told) => told[0]);
      parts.delete(path);
      return texts && texts[slot];
    });

  /** @type {SearchReader["passage"]} */
  const passage = async (page, { groups }) => {
    const texts = await sections(page);
    if (!texts) return null;
    /** @param {string} word @returns {number} the group that it belongs to */
    const groupOf = (word) => {
      const [folded = ""] = words(word);
      const term = termOf(folded);
      return groups.findIndex(({ begun, terms }) => terms.has(term) || (begun && folded.startsWith(begun)));
    };
    /** @param {string} text */
    const cut = (text) => Array.from(text.matchAll(WORD), (match) => ({ from: match.index || 0, to: (match.index || 0) + match[0].length, group: groupOf(match[0]) }));
    let best = { score: -1, section: texts[0], pieces: cut(""), at: 0 };
    for (const section of texts) {
      const named = cut(section[1]).map(({ group }) => group);
      const pieces = cut(section[2]);
      let [score, at] = [0, 0];
      pieces.forEach(({ group }, start) => {
        if (group < 0) return;
        const near = pieces.slice(start, start + PASSAGE - LEAD).map((piece) => piece.group);
        const last = near.reduce((found, one, where) => (one < 0 || near.indexOf(one) < where ? found : where), 0);
        // More of the words first, then the closer together.
        const own = new Set(near).size - +near.includes(-1) - last / 1000;
        if (own > score) [score, at] = [own, start];
      });
      score += 0.5 * (new Set(named).size - +named.includes(-1));
      if (score > best.score) best = { score, section, pieces, at };
    }
    const { pieces, section } = best;
    const [anchor, heading, text] = section;
    const first = Math.max(0, best.at - LEAD);
    const shown = pieces.slice(first, first + PASSAGE);
    const result = [first ? "… " : ""];
    let from = first ? shown[0].from : 0;
    for (const piece of shown) {
      if (piece.group < 0) continue;
      result[result.length - 1] += text.slice(from, piece.from);
      result.push(text.slice(piece.from, piece.to), "");
      from = piece.to;
    }
    const isWhole = first + PASSAGE >= pieces.length;
    result[result.length - 1] += isWhole ? text.slice(from) : text.slice(from, shown[shown.length - 1].to) + " …";
    return { anchor, heading, parts: result };
  };

  /** @type {SearchReader["withPhrases"]} */
  const withPhrases = async (hits, phrases) => {
    const read = await Promise.all(
      hits.slice(0, MOST_READ).map(async (page) => {
        const [known, texts] = await Promise.all([record(page), sections(page)]);
        const all = [known ? known.title : "", ...(texts || []).flatMap(([, heading, text]) => [heading, text])];
        const folded = all.map((one) => ` ${words(one).join(" ")} `);
        return phrases.every((phrase) => folded.some((one) => one.includes(` ${phrase.join(" ")} `)));
      }),
    );
    return hits.filter((_page, at) => read[at]);
  };

  return { passage, sections, withPhrases };
});
