/**
 * The dialog in which people say who is studying: consent before anything is kept (LGPD, Lei 13.709/2018, art. 8º), a
 * name of their choice, a passphrase for who shares the computer, and the way out of it all.
 *
 * A passphrase needs the browser's own cryptography (Web Cryptography API), which browsers offer on https and on
 * `file://`, never on plain http: there, whoever stands on the line could change this very script, so a lock would
 * promise what it cannot keep, and the dialog says so instead.
 */
var canoaPeople = async () => {
  const { keeper, people, become, save, session, state } = canoa.desk();
  const { element, fill } = canoa;
  const SHORTEST = 8;
  const canLock = !!(self.crypto && crypto.subtle);
  if (!canoa.today) await canoa.load("more");
  const everyone = keeper ? await people() : [];
  const current = canoa.profile;
  const problem = element("p", { role: "alert" });
  const body = element("div");
  const dialog = element(
    "dialog",
    { class: "pessoas", "aria-labelledby": "canoa-pessoas", onclose: () => dialog.remove() },
    element("h2", { id: "canoa-pessoas" }, _("Who is studying?")),
    problem,
    body,
  );

  /** @param {unknown} error */
  const tell = (error) => {
    problem.textContent = error instanceof Error ? fill(_("It did not work: {reason}"), { reason: error.message }) : `${error}`;
  };

  /** @param {string} label @param {() => unknown} action @param {boolean} [light] */
  const button = (label, action, light) => {
    const made = element("button", { type: "button", class: light ? "botao leve" : "botao" }, label);
    made.onclick = async () => {
      problem.textContent = "";
      made.disabled = true;
      try {
        await action();
      } catch (error) {
        tell(error);
      }
      made.disabled = false;
    };
    return made;
  };

  /** @param {...(Node | string)} parts */
  const show = (...parts) => {
    body.replaceChildren(...parts);
    // What has to be read comes first, and in sight.
    const text = body.querySelector(":scope > p:first-child:not(.acoes)");
    const first = /** @type {HTMLElement} */ (text || body.querySelector("input, button"));
    if (text) first.tabIndex = -1;
    first.focus();
    dialog.scrollTop = 0;
  };

  /** @param {...HTMLElement} buttons */
  const actions = (...buttons) => element("p", { class: "acoes" }, ...buttons);

  const back = () =>
    everyone.length ? button(_("Back"), showEveryone, true) : button(_("Close"), () => dialog.close(), true);

  /** @param {string} label @param {HTMLInputElement | HTMLSelectElement} field @param {string} [note] */
  const labelled = (label, field, note) =>
    element("label", null, label, field, ...(note ? [element("small", null, note)] : []));

  /** @param {string} label @param {HTMLInputElement} box */
  const ticked = (label, box) => element("label", { class: "marcar" }, box, element("span", null, label));

  /**
   * From now on, in this tab.
   * @param {Person | null} person
   * @param {string} [key]
   */
  const enter = async (person, key) => {
    await session(JSON.stringify({ id: person ? person.id : "", key }));
    dialog.close();
    location.reload();
  };

  /**
   * @param {Person} person
   * @param {string} [key]
   */
  const choose = async (person, key) => {
    if (current) {
      await save();
    } else {
      await become(person, key);
      canoa.set("person/seen", canoa.today());
      await save();
    }
    await enter(person, key);
  };

  const showEveryone = () => {
    const items = everyone.map((person) => {
      const isCurrent = current && person.id === current.id;
      const marks = [person.name, person.lock && _("(with passphrase)"), isCurrent && _("(now)")];
      const open = button(
        marks.filter(Boolean).join(" "),
        () => (isCurrent ? dialog.close() : person.lock ? askWords(person) : choose(person)),
        true,
      );
      return element("li", null, open, button(fill(_("Delete {name}…"), { name: person.name }), () => askDelete(person), true));
    });
    const leave = current ? [button(_("Leave: nobody is studying"), leaveProfile, true)] : [];
    show(element("ul", null, ...items), actions(button(_("Somebody else"), showNew), ...leave, closing()));
  };

  const closing = () => button(_("Close"), () => dialog.close(), true);

  const leaveProfile = async () => {
    await save();
    await enter(null);
  };

  /** @param {Person} person */
  const askWords = (person) => {
    const words = element("input", { type: "password", autocomplete: "current-password" });
    const open = async () => {
      await canoa.load("lock");
      const key = await canoaLock.derive(words.value, /** @type {NonNullable<Person["lock"]>} */ (person.lock));
      const found = await /** @type {Keeper} */ (keeper).read(person.id);
      try {
        if (found) await (await canoaLock.open(key)).unseal(found.data.e);
      } catch {
        words.select();
        return tell(_("This passphrase does not open the profile."));
      }
      await choose(person, key);
    };
    const opener = button(_("Open"), open);
    words.onkeydown = (event) => {
      if (event.key === "Enter") opener.click();
    };
    show(labelled(fill(_("Passphrase of {name}"), { name: person.name }), words), actions(opener, back()));
  };

  /** @param {Person} person */
  const askDelete = (person) => {
    const sentence = _("Everything that {name} has written here will be deleted from this computer. This cannot be undone.");
    const remove = async () => {
      await canoaErase(person.id);
      if (current && current.id === person.id) await enter(null);
      else await canoaPeople().then(() => dialog.close());
    };
    const study = canoa.site.study
      ? [element("p", null, element("a", { href: canoa.base + canoa.site.study }, _("Save a copy first, on the page My study")))]
      : [];
    show(
      element("p", null, fill(sentence, { name: person.name })),
      ...study,
      actions(button(_("Delete everything"), remove), back()),
    );
  };

  const showNew = () => {
    const agreed = element("input", { type: "checkbox" });
    const name = element("input", { maxLength: 60, autocomplete: "off" });
    const words = element("input", { type: "password", autocomplete: "new-password" });
    const again = element("input", { type: "password", autocomplete: "new-password" });
    const create = async () => {
      const chosen = name.value.trim();
      if (!agreed.checked) return tell(_("Tick the box if you agree. Without it nothing is kept."));
      if (!chosen) return tell(_("Write a name. It may be a nickname."));
      if (everyone.some((other) => other.name === chosen)) return tell(_("This name is taken on this computer."));
      if (words.value && words.value.length < SHORTEST) return tell(_("The passphrase needs at least eight characters."));
      if (words.value !== again.value) return tell(_("The two passphrases differ."));
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      /** @type {Person} */
      const person = { id, name: chosen };
      let key = "";
      if (words.value) {
        await canoa.load("lock");
        person.lock = canoaLock.fresh();
        key = await canoaLock.derive(words.value, person.lock);
      }
      await canoaChangePeople((list) => [...list, person]);
      if (current) {
        await save();
        return enter(person, key);
      }
      canoa.set("person/consent", canoa.today());
      await choose(person, key);
    };
    show(
      element("p", null, _("Here you can keep your answers, worksheets and journal, to go on later.")),
      element(
        "ul",
        { class: "lista" },
        element("li", null, _("They stay in this browser, on this computer. Nothing is sent to anybody.")),
        element("li", null, _("Who uses this computer may open them, unless you choose a passphrase.")),
        element("li", null, _("You may take them with you in a file, or delete everything, whenever you want.")),
        element("li", null, _("Do not write names or data of patients.")),
        element("li", null, _("Who cleans the browser's data erases them: save a copy now and then.")),
      ),
      ticked(_("I have read this and agree that my study is kept here."), agreed),
      labelled(_("Name or nickname"), name),
      ...(canLock
        ? [
            labelled(_("Passphrase (optional)"), words, _("At least eight characters. Without it nobody can recover what is locked.")),
            labelled(_("The passphrase again"), again),
            ...(location.protocol === "file:" && /Firefox/.test(navigator.userAgent)
              ? [element("p", null, element("small", null, _("Firefox asks for the passphrase on every page when the site is opened from a folder or stick.")))]
              : []),
          ]
        : [element("p", null, element("small", null, _("A passphrase is not available here: this address (http) does not allow it.")))]),
      actions(button(_("Keep my study"), create), back()),
    );
  };

  canoa.style("pessoas");
  document.body.append(dialog);
  dialog.showModal();
  if (!keeper || state === "failed") {
    const saveCopy = () => canoa.download("canoa.json", canoaCopy(), "application/json");
    show(element("p", null, _("This browser keeps nothing: it is full, private or forbidden to. Save a copy of what you did.")), actions(button(_("Save a copy"), saveCopy), closing()));
  } else if (everyone.length) showEveryone();
  else showNew();
};

/** @param {(everyone: Person[]) => Person[]} change */
var canoaChangePeople = async (change) => {
  const keeper = /** @type {Keeper} */ (canoa.desk().keeper);
  for (;;) {
    const found = await keeper.read("people");
    if (await keeper.swap("people", found ? found.n : 0, change(found ? found.data : []))) return;
  }
};

/**
 * Remove a person and all that was kept of them.  First the record: a list without the name but with the record would
 * keep what was to go.
 * @param {string} person
 */
var canoaErase = async (person) => {
  await /** @type {Keeper} */ (canoa.desk().keeper).remove(person);
  await canoaChangePeople((list) => list.filter(({ id }) => id !== person));
};

/**
 * The record as the file that people carry (generator/records/record.schema.json).
 * @param {boolean} [named]
 */
var canoaCopy = (named) => {
  const { site, profile } = canoa;
  const audience = canoa.get("person/audience");
  return JSON.stringify({
    format: "canoa-record",
    version: 1,
    site: { id: site.id, name: site.name },
    person: {
      // Of the record that was brought in from another computer, so that institutions count one person.
      id: canoa.get("person/id") || (profile ? profile.id : "0".repeat(32)),
      ...(named && profile && { name: profile.name }),
      ...(audience ? { audience } : null),
    },
    exported: new Date().toISOString().replace(/\.\d+/, ""),
    entries: canoa.entries(),
  });
};
