/**
 * Corrects words for the search (search.js), which loads it when a word is nowhere in the index.  At the end of the built file
 * stand the separators of the dictionary's shards (docs/search-index.md).
 */
window.canoaSearch("spelling", (/** @type {SearchParts} */ finder) => {
  "use strict";
  const { countOf, digit, manifest, readSeparators, received, shard, shardOf, termOf, termShard, unpack } = finder;
  /** Shards of each kind that are looked through for the word that was meant. */
  const MOST_SHARDS = 3;
  const LETTERS = "abcdefghijklmnopqrstuvwxyz";
  const separators = readSeparators(received.get("separators"));

  /** @param {string} entries @returns {Map<string, string>} word, backwards → a digit, how many pages have it */
  const readSpelling = (entries) => {
    const list = entries.split(" ");
    return new Map(unpack(list.map((entry) => entry.slice(1))).map((word, at) => [word, list[at]]));
  };

  /**
   * Words that differ in one letter: one is missing, added or another, or two neighbours have changed places.
   * @param {string} word
   * @returns {Map<string, number>} word → where it differs
   */
  const neighbours = (word) => {
    /** @type {Map<string, number>} */
    const found = new Map();
    for (let at = 0; at <= word.length; at++) {
      const [before, after] = [word.slice(0, at), word.slice(at)];
      const made = [before + after[1] + after[0] + after.slice(2), before + after.slice(1)];
      for (const letter of LETTERS) made.push(before + letter + after.slice(1), before + letter + after);
      for (const one of made.slice(after.length < 2 ? 1 : 0)) if (one !== word && !found.has(one)) found.set(one, at);
    }
    return found;
  };

  /**
   * The known word that somebody may have meant.  What stands before an error is as it should be, and so is what stands
   * behind it: an error near the end is looked for among the terms, others among the words written backwards.
   * @param {string} word
   * @returns {Promise<string>} empty when there is none
   */
  const correct = async (word) => {
    /** @type {Map<number, [string, string][]>[]} Shard → candidates and their terms; of terms, of spelling. */
    const wanted = [new Map(), new Map()];
    for (const [one, at] of neighbours(word)) {
      const isLate = at > word.length - 4;
      const term = isLate ? termOf(one) : Array.from(termOf(one)).reverse().join("");
      const number = shardOf(isLate ? manifest.terms : separators, term);
      const candidates = wanted[+!isLate].get(number) || [];
      wanted[+!isLate].set(number, [...candidates, [one, term]]);
    }
    let best = "";
    let most = 0;
    await Promise.all(
      wanted.flatMap((byShard, isBackwards) => {
        const likely = Array.from(byShard).sort(([, a], [, b]) => b.length - a.length);
        return likely.slice(0, MOST_SHARDS).map(async ([number, candidates]) => {
          const known = await (isBackwards ? shard("spelling", separators[number], readSpelling) : termShard(number));
          for (const [one, term] of candidates) {
            const text = known && known.get(term);
            const pages = text && (isBackwards ? 2 ** (digit(text, 0) / 4) : countOf(text));
            if (pages && pages > most) [best, most] = [one, pages];
          }
        });
      }),
    );
    return best;
  };

  return { correct };
});
