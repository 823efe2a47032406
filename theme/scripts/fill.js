/** Puts values into the places of a message, as `canoa.fill` does on pages that have store.js. */
/** @type {Canoa["fill"]} */
var canoaFill = (message, values) => message.replace(/\{(\w+)\}/g, (all, name) => `${values[name] ?? all}`);
