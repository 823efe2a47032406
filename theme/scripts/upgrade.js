/**
 * Records that another edition of the site has written: older ones are carried over step by step; a newer one is left
 * alone, for what this edition does not know it could only spoil.  On `file://` Chromium has one store for all copies of
 * a site, so both happen.
 */
/**
 * @param {Entries} entries
 * @param {number} version  Of the record.
 */
var canoaUpgrade = (entries, version) => {
  /** @type {((entries: Entries) => Entries)[]} The first one makes version 2 of version 1, and so on. */
  const steps = [];
  if (!(version <= steps.length + 1)) {
    throw new Error(_("this study was kept by a newer copy of the site: open that one"));
  }
  return steps.slice(version - 1).reduce((changed, step) => step(changed), entries);
};
