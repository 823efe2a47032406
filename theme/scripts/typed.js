/**
 * How an answer that was typed is compared with the right ones.  Only the pages that have such questions load it
 * (questions.js).
 */
(() => {
  "use strict";

  /**
   * @param {string} text
   * @returns {string} without accents, case and punctuation; what consists of signs only stays as it is
   */
  const fold = (text) =>
    text
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim() || text.trim();

  /**
   * @param {string} one
   * @param {string} other
   * @returns {boolean} true when one letter is missing, added or another, or two neighbours have changed places
   */
  const oneEdit = (one, other) => {
    let start = 0;
    while (one[start] && one[start] === other[start]) start++;
    const [a, b] = [one.slice(start), other.slice(start)];
    const swapped = b.slice(0, 2) === a.slice(0, 2).split("").reverse().join("");
    return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) || (swapped && a.slice(2) === b.slice(2));
  };

  /**
   * @param {string} typed
   * @param {string[]} accepted
   * @returns {number} 1 right, 0.5 a slip in one longer word, 0 wrong
   */
  const compare = (typed, accepted) => {
    const words = fold(typed).split(" ");
    const marks = accepted.map((answer) => {
      const right = fold(answer).split(" ");
      const wrong = right.filter((word, at) => word !== words[at]);
      const [word] = wrong;
      if (right.length !== words.length || wrong.length > 1) return 0;
      if (!word) return 1;
      return /^\p{L}{5,}$/u.test(word) && oneEdit(word, words[right.indexOf(word)]) ? 0.5 : 0;
    });
    return Math.max(0, ...marks);
  };

  /**
   * @param {string} text
   * @param {string} unit  May be typed along.
   * @param {string} language  Says whether a point or a comma stands between thousands; either may stand before decimals.
   * @returns {number} NaN when it is no number
   */
  const toNumber = (text, unit, language) => {
    const [between, before] = language.startsWith("en") ? [",", "\\."] : ["\\.", ","];
    const digits = text
      .toLowerCase()
      .replace(unit.toLowerCase(), "")
      .replace("−", "-")
      .replace(/(\d)\s(?=\d{3})/g, "$1")
      .trim();
    const isGrouped = RegExp(`^[-+]?[1-9]\\d{0,2}(${between}\\d{3})+(${before}\\d+)?$`).test(digits);
    const plain = isGrouped ? digits.replace(RegExp(between, "g"), "") : digits;
    return /^[-+]?\d*[.,]?\d+$/.test(plain) ? +plain.replace(",", ".") : NaN;
  };

  /**
   * @param {string} typed
   * @param {DOMStringMap[]} accepted  Data of the entries in the answer key.
   * @param {string} unit
   * @returns {number} as `compare`; NaN when a number is wanted and none was typed
   */
  const typed = (typed, accepted, unit) => {
    const { aceita, tolerancia } = accepted[0] || {};
    if (!tolerancia) return compare(typed, accepted.flatMap((one) => (one.aceita || "").split("|")));
    const difference = Math.abs(toNumber(typed, unit, canoa.site.language) - Number(aceita));
    // 0.1 + 0.2 is a little more than 0.3.
    return Number.isNaN(difference) ? NaN : +(difference <= Number(tolerancia) + 1e-9);
  };

  Object.assign(canoa, { typed });
  // test:begin
  if (typeof module === "object") module.exports = { compare, fold, oneEdit, toNumber, typed };
  // test:end
})();
