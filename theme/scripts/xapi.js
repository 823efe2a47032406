/**
 * A record as statements of xAPI 1.0.3 (https://github.com/adlnet/xAPI-Spec), for who keeps a store of them.  Loaded when
 * somebody asks for them.
 */
/** @typedef {{ site: { id: string, name: string }, person: { id: string, name?: string }, entries: Entries }} ExportedRecord */
/** @type {(record: ExportedRecord, language: string, times: {[block: string]: number[]}, done: Progress["done"]) => XapiStatement[]} */
var canoaStatements = (() => {
  "use strict";

  /**
   * The same for the same entry each time it is exported, so that a store of statements takes it once.  Bits that look
   * random, hence version 4 (RFC 4122): version 5 asks for SHA-1, which browsers lack on plain http.  Not for secrets.
   * @type {(seed: string) => string}
   */
  const uuid = (seed) =>
    [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1]
      .map((factor) => {
        let sum = factor;
        for (const letter of seed) {
          sum = Math.imul(sum ^ letter.charCodeAt(0), factor);
          sum ^= sum >>> 15;
        }
        return (sum >>> 0).toString(16).padStart(8, "0");
      })
      .join("")
      .replace(/(.{8})(.{4}).(...).(...)(.*)/, "$1-$2-4$3-a$4-$5");

  /**
   * Ids of things have to be IRIs, and the same wherever the site is read: from
   * a stick, a mirror, the web.  Its address is not; `urn:` asks for a registered namespace and `tag:` for a name that
   * one owns.  So they lie under `.invalid`, which belongs to nobody, for ever (RFC 2606).
   * @type {typeof canoaStatements}
   */
  const statements = ({ site, person: { id, name }, entries }, language, times, done) => {
    const homePage = "https://canoa.invalid/" + encodeURIComponent(site.id);
    const adl = "http://adlnet.gov/expapi/";
    /** @type {XapiStatement[]} */
    const made = [];
    /** @type {(key: string) => any} */
    const valueOf = (key) => Object(entries[key] && entries[key].v);

    /** @type {(key: string, verb: string, time: number, type: string, path: string, title: string, result: object) => void} */
    const state = (key, verb, time, type, path, title, result) => {
      made.push({
        id: uuid([homePage, id, key, time].join(" ")),
        actor: { name: name || undefined, account: { homePage, name: id } },
        verb: { id: adl + "verbs/" + verb, display: { en: verb } },
        object: {
          id: homePage + path.split("/").map((part) => "/" + encodeURIComponent(part)).join(""),
          definition: { type: adl + "activities/" + type, name: { [language]: title } },
        },
        result,
        context: { platform: site.name, language },
        timestamp: new Date(time).toISOString(),
      });
    };

    for (const [key, { v, t }] of Object.entries(entries)) {
      const [kind, block, field] = key.split("/");
      const { answer, score, end, titles } = Object(v);
      const title = valueOf("about/" + block).title || block;
      const path = "activity/" + block;
      if (kind === "answer" && answer) {
        const scaled = Math.min(1, Math.max(0, score));
        state(key, "answered", t, "question", path, title, { score: { scaled }, success: scaled === 1, response: answer.join("[,]") });
      } else if (kind === "case" && end) {
        state(key, "completed", t, "simulation", path, title, { completion: true, response: titles.join(" → ") });
      } else if (kind === "journal" && field === "changed" && v) {
        state(key, "experienced", t, "performance", "journal/" + block, _("Practice journal"), { response: v });
      }
    }
    for (const [block, worked] of Object.entries(times)) {
      const { kind, title } = valueOf("about/" + block);
      if (!/^(reflexao|na-sua-unidade|ficha|checklist|avaliacao)$/.test(kind) || !done(block, kind)) continue;
      const text = entries["text/" + block];
      state("about/" + block, "completed", Math.max(...worked), "performance", "activity/" + block, title || block, {
        completion: true,
        response: (text && text.v) || undefined,
      });
    }
    return made;
  };

  return statements;
})();
