/**
 * Words as the index has them: folded, cut into words, and stemmed by the rules of the manifest (docs/search-index.md,
 * "Words").  `generator/search` does the same to the texts.
 */
var canoaTerms = (() => {
  "use strict";
  const LONGEST = 32;
  const WORD = /(?:(?![\u{10000}-\u{10ffff}])[\p{L}\p{N}\p{M}])+/gu;
  /** @type {{[letter: string]: string}} What is a letter of its own to Unicode, and an accent to those who type. */
  const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ł: "l", þ: "th", ı: "i", ς: "σ" };

  /** @param {string} text */
  const fold = (text) =>
    text
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[\u0300-\u036f]|[\ufe00-\ufe0f]|\u00ad/g, "")
      .replace(/[ßæœøđðłþıς]/g, (letter) => LETTERS[letter]);

  /** @param {string} text @returns {string[]} folded words, not stemmed */
  const words = (text) => {
    const folded = fold(text);
    // Slow computers take a tenth of a second to get the pattern of all the world's letters ready.
    const letters = /[^\0-\x7f]/.test(folded) ? WORD : /[a-z0-9]+/g;
    return (folded.match(letters) || []).map((word) => word.slice(0, LONGEST));
  };

  /**
   * @param {string} word  Folded.
   * @param {StemRule[][]} steps
   */
  const stem = (word, steps) => {
    if (/[^a-z]/.test(word)) return word;
    for (const rules of steps) {
      const rule = rules.find(([suffix, , least]) => word.endsWith(suffix) && word.length - suffix.length >= least);
      if (rule) word = word.slice(0, word.length - rule[0].length) + rule[1];
    }
    return word;
  };

  /**
   * @param {string} rules  Each `suffix` and `least`, with `=replacement` between them if there is one.
   * @returns {StemRule[]}
   */
  const readRules = (rules) => Array.from(rules.matchAll(/([a-z]+)=?([a-z]*)(\d+)/g), ([, suffix, replacement, least]) => [suffix, replacement, +least]);

  return { WORD, fold, readRules, stem, words };
})();
