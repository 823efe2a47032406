/**
 * A reminder of a task as a calendar file (RFC 5545), made on the page.  It says nothing of who made it: its UID is
 * the block's, so that a second one takes the place of the first.
 */
/** @type {(block: HTMLElement, due: string) => void} */
var canoaReminder = (() => {
  "use strict";

  /**
   * RFC 5545, 3.3.11.
   * @param {string} text
   */
  const escapeText = (text) => text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n|\r/g, "\\n");

  /**
   * RFC 5545, 3.1: at most 75 octets in a line, no character cut.
   * @param {string} line
   */
  const foldLine = (line) => {
    let folded = "";
    let octets = 0;
    for (const letter of line) {
      const more = new TextEncoder().encode(letter).length;
      if (octets + more > 75) {
        folded += "\r\n ";
        octets = 1;
      }
      folded += letter;
      octets += more;
    }
    return folded;
  };

  /**
   * A whole day, and an alarm at nine in the morning of the day before.
   * @param {string} uid @param {string} due @param {string} title @param {string} text @param {string} address
   */
  const reminder = (uid, due, title, text, address) =>
    [
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      "PRODID:-//Canoa//Canoa//PT",
      "BEGIN:VEVENT",
      "UID:" + escapeText(uid),
      "DTSTAMP:" + new Date().toISOString().replace(/[-:]|\.\d+/g, ""),
      "DTSTART;VALUE=DATE:" + due.replace(/-/g, ""),
      "SUMMARY:" + escapeText(title),
      "DESCRIPTION:" + escapeText(text),
      // The address of a local file would tell whose computer it is.
      ...(address.startsWith("http") ? ["URL:" + address] : []),
      "TRANSP:TRANSPARENT",
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      "TRIGGER:-PT15H",
      "DESCRIPTION:" + escapeText(title),
      "END:VALARM",
      "END:VEVENT",
      "END:VCALENDAR",
      "",
    ]
      .map(foldLine)
      .join("\r\n");
  // test:begin
  Object.assign(canoa, { tested: { escapeText, foldLine, reminder } });
  // test:end

  return (block, due) => {
    const key = canoa.keyOf(block);
    /** @type {any} */
    const { title } = canoa.get("about/" + key);
    /** @type {NodeListOf<HTMLElement>} */
    const steps = block.querySelectorAll(":scope>p:not([class]),:scope>ol,:scope>ul");
    const text = Array.from(steps, (step) => step.innerText).join("\n");
    const address = location.href.split("#")[0] + "#" + block.id;
    const content = reminder(`${key}@${canoa.site.id}.canoa`, due, title || document.title, text, address);
    canoa.download((canoa.slug(title) || "canoa") + ".ics", content, "text/calendar");
  };
})();
