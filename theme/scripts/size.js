/** A number of bytes as people read it: two digits, or all before the comma. */
/** @type {(bytes: number) => string} */
var canoaSize = (bytes) => {
  const [unit, factor] = bytes < 999500 ? ["kB", 1e3] : bytes < 999.5e6 ? ["MB", 1e6] : ["GB", 1e9];
  const value = bytes / Number(factor);
  const language = document.documentElement.lang || undefined;
  return `${value.toLocaleString(language, { maximumFractionDigits: value < 9.95 ? 1 : 0 })} ${unit}`;
};
