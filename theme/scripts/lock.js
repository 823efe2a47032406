/**
 * Records behind a passphrase: AES-GCM with a key that PBKDF2 makes of the passphrase, both the browser's own (Web
 * Cryptography API).  Loaded only for who has one.
 */
/** @type {LockMaker} */
var canoaLock = (() => {
  "use strict";
  // OWASP Password Storage Cheat Sheet (2023): PBKDF2 with HMAC-SHA-256 needs 600,000 rounds.
  const ROUNDS = 600000;
  /** @type {KeyUsage[]} */
  const USES = ["encrypt", "decrypt"];

  /** @param {Uint8Array} bytes */
  const toText = (bytes) => {
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };

  /** @param {string} text */
  const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  return {
    fresh: () => ({ salt: toText(crypto.getRandomValues(new Uint8Array(16))), rounds: ROUNDS }),

    derive: async (words, { salt, rounds }) => {
      // NFKC: the same passphrase from keyboards that compose accents differently.
      const secret = new TextEncoder().encode(words.normalize("NFKC"));
      const material = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveKey"]);
      const how = { name: "PBKDF2", hash: "SHA-256", salt: toBytes(salt), iterations: rounds };
      const key = await crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, true, USES);
      return toText(new Uint8Array(await crypto.subtle.exportKey("raw", key)));
    },

    open: async (raw) => {
      const key = await crypto.subtle.importKey("raw", toBytes(raw), "AES-GCM", false, USES);
      return {
        seal: async (entries) => {
          // 96 random bits for each writing (NIST SP 800-38D, section 8.2.2).
          const iv = crypto.getRandomValues(new Uint8Array(12));
          const plain = new TextEncoder().encode(JSON.stringify(entries));
          const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain);
          return { iv: toText(iv), c: toText(new Uint8Array(sealed)) };
        },
        unseal: async ({ iv, c }) => {
          const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: toBytes(iv) }, key, toBytes(c));
          return JSON.parse(new TextDecoder().decode(plain));
        },
      };
    },
  };
})();
