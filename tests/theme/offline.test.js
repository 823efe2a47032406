"use strict";
const assert = require("node:assert/strict");
const { createHash, randomBytes } = require("node:crypto");
const { readFileSync } = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { isDeepStrictEqual } = require("node:util");
const vm = require("node:vm");

const scripts = path.join(__dirname, "../../theme/scripts");
globalThis.self = globalThis;
for (const name of ["taking", "digest", "zip"]) vm.runInThisContext(readFileSync(path.join(scripts, `${name}.js`), "utf-8"));

const BASE = "https://posto.example/cursos/";
const ROOT = `${BASE}canoa-copia/`;
const COURSE = "c/levar.js";
const OTHER = "d/levar.js";
const digest = (bytes) => createHash("sha256").update(bytes).digest().subarray(0, 16).toString("base64url");
const digestOf = async (bytes) => digest(bytes);

/** What a server holds: the files of an edition and their lists. */
const edition = (number, { changed = ["c/1.html", "canoa/canoa.css"], without = [] } = {}) => {
  const text = (name) => `${name} ${changed.includes(name) ? number : 0}`;
  const shared = ["canoa/canoa.css", "canoa/store.js", "index.html"];
  const courses = { [COURSE]: ["c/index.html", "c/1.html", "c/2.html", "c/filme.mp4", "c/foto.webp"], [OTHER]: ["d/index.html"] };
  const files = Object.fromEntries([...shared, ...Object.values(courses).flat()].map((name) => [name, text(name)]));
  const row = (name) => [name, files[name].length, digest(files[name])];
  const written = (values) => `canoaFiles(${JSON.stringify(values)});\n`;
  const lists = {};
  for (const [name, own] of Object.entries(courses)) {
    files[name] = written({ id: name[0], title: name, page: own[0], pages: 3, files: own.map(row) });
    lists[name] = digest(files[name]);
  }
  files["canoa/levar.js"] = written({ name: "Canoa", lists, files: shared.map(row) });
  for (const name of without) delete files[name];
  return files;
};

/** A computer with a browser's cache and a server behind a link; `spoil(path, count)` may answer in the server's place. */
const computer = (files, spoil = () => undefined) => {
  const world = { files, spoil, store: new Map(), asked: [], ranges: [], workers: 0, room: Infinity, locked: false, free: Infinity };
  const cache = {
    match: async (key) => world.store.get(key)?.clone(),
    put: async (key, response) => {
      if (world.room-- <= 0) throw Object.assign(Error("full"), { name: "QuotaExceededError" });
      world.store.set(key, response);
    },
    delete: async (key) => world.store.delete(key),
    keys: async () => [...world.store.keys()].map((url) => ({ url })),
  };
  globalThis.caches = { has: async () => world.store.size > 0, open: async () => cache, delete: async () => world.store.clear() };
  globalThis.fetch = async (url, { signal, headers }) => {
    const name = decodeURI(url.slice(BASE.length));
    world.asked.push(name);
    world.ranges.push(headers ? headers.Range : "");
    if (signal.aborted) throw Error("aborted");
    const spoiled = world.spoil(name, world.asked.length, headers ? headers.Range : "");
    if (spoiled) return spoiled;
    return name in world.files ? new Response(world.files[name]) : new Response("?", { status: 404 });
  };
  const navigator = {
    storage: { estimate: async () => ({ quota: world.free, usage: 0 }) },
    serviceWorker: {
      register: async () => void world.workers++,
      ready: Promise.resolve({}),
      getRegistrations: async () => [{ scope: BASE, unregister: async () => void world.workers-- }],
    },
    locks: { request: async (_name, _how, work) => work(world.locked ? null : {}) },
  };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
  world.stop = new AbortController();
  world.desk = canoaTaking(BASE, digestOf, () => world.stop.signal);
  world.take = (videos = true, hear = () => {}) => world.desk.fulfil({ courses: { [COURSE]: { videos } } }, hear);
  /** Path → content, of what the worker would serve. */
  world.served = async () => {
    const kept = world.store.get(`${ROOT}edicao`);
    if (!kept) return {};
    const { shared, courses } = await kept.clone().json();
    const found = {};
    for (const [name, , held] of [shared, ...Object.values(courses)].flatMap((list) => list.files)) {
      const object = world.store.get(ROOT + held);
      if (object) found[name] = await object.clone().text();
    }
    return found;
  };
  return world;
};

const isList = (name) => name.endsWith("levar.js");
/** The files of a course and what it shares, as a server has them. */
const whole = (files) => Object.fromEntries(Object.entries(files).filter(([name]) => !isList(name) && !name.startsWith("d/")));
const objects = (world) => [...world.store.keys()].filter((key) => !/(edicao|antes|plano)$/.test(key)).length;
const kindOf = (promise) => promise.then(() => "done", (error) => error.kind || String(error));
const cut = () => {
  throw TypeError("Failed to fetch");
};

test("a course is taken whole, each file once", async () => {
  const world = computer(edition(1));
  let last;
  await world.take(true, (progress) => (last = progress));
  assert.deepEqual(await world.served(), whole(world.files));
  assert.equal(world.asked.length, 2 + objects(world));
  assert.equal(world.workers, 1);
  assert.deepEqual([last.files, last.done], [last.all, last.total]);
  assert.equal((await world.desk.state()).plan, undefined);
});

/** A film of 2.2 MB, and a server that sends it in pieces from where it is asked, and dies after some bytes. */
const cinema = (canRange) => {
  const film = randomBytes(2200000);
  const files = edition(1);
  const own = JSON.parse(files[COURSE].slice(11, -3));
  own.files.find((row) => row[0] === "c/filme.mp4").splice(1, 2, film.length, digest(film));
  files[COURSE] = `canoaFiles(${JSON.stringify(own)});\n`;
  const shared = JSON.parse(files["canoa/levar.js"].slice(11, -3));
  shared.lists[COURSE] = digest(files[COURSE]);
  files["canoa/levar.js"] = `canoaFiles(${JSON.stringify(shared)});\n`;
  files["c/filme.mp4"] = film;
  const world = computer(files);
  world.most = Infinity;
  world.sent = 0;
  world.spoil = (name, _count, range) => {
    if (name !== "c/filme.mp4") return undefined;
    const start = canRange && range ? Number(/\d+/.exec(range)[0]) : 0;
    let at = start;
    const pull = (controller) => {
      if (world.sent >= world.most) controller.error(TypeError("cut"));
      else if (at >= film.length) controller.close();
      else {
        controller.enqueue(new Uint8Array(film.subarray(at, at + 70000)));
        world.sent += Math.min(70000, film.length - at);
        at += 70000;
      }
    };
    const headers = start ? { "Content-Range": `bytes ${start}-${film.length - 1}/${film.length}` } : {};
    return new Response(new ReadableStream({ pull }), { status: start ? 206 : 200, headers });
  };
  world.shown = async () => {
    const found = world.store.get(ROOT + digest(film));
    return found && digest(Buffer.from(await found.clone().arrayBuffer())) === digest(film);
  };
  return world;
};

for (const canRange of [true, false]) {
  test(`a film that is cut goes on where it was, ${canRange ? "in the middle" : "or comes again from a server that knows no parts"}`, async () => {
    const world = cinema(canRange);
    for (world.most = 600000; world.most < 2000000; world.most += 600000) assert.equal(await kindOf(world.take()), "offline");
    world.most = Infinity;
    let last;
    await world.take(true, (progress) => (last = progress));
    assert.equal(await world.shown(), true);
    assert.equal(last.done, last.total);
    assert.ok(!canRange || world.sent < 2200000 + 4 * (1 << 19), `${world.sent} bytes`);
    assert.deepEqual([...world.store.keys()].filter((key) => /-\d+$/.test(key)), []);
  });
}

test("parts of a film that are not the film's are thrown away", async () => {
  const world = cinema(true);
  world.most = 1200000;
  assert.equal(await kindOf(world.take()), "offline");
  const part = [...world.store.keys()].find((key) => key.endsWith("-1"));
  world.store.set(part, new Response(new Uint8Array(1 << 19)));
  world.most = Infinity;
  assert.equal(await kindOf(world.take()), "foreign");
  await world.take();
  assert.equal(await world.shown(), true);
});

test("without videos the film stays where it is", async () => {
  const world = computer(edition(1));
  await world.take(false);
  assert.equal("c/filme.mp4" in (await world.served()), false);
  assert.equal(world.asked.includes("c/filme.mp4"), false);
});

test("cut at every request, a course goes on where it was, and asks for nothing twice that was checked", async () => {
  const files = edition(1);
  const requests = 2 + Object.keys(whole(files)).length;
  for (let at = 1; at <= requests; at++) {
    const world = computer(files, (_name, count) => (count >= at ? cut() : undefined));
    assert.equal(await kindOf(world.take()), "offline", `cut at ${at}`);
    assert.deepEqual(await world.served(), {});
    const before = objects(world);
    world.spoil = () => undefined;
    world.asked = [];
    await world.take();
    assert.deepEqual(await world.served(), whole(files));
    assert.equal(world.asked.length, 2 + objects(world) - before);
  }
});

test("an update that is cut at every request leaves exactly one edition, the old one or the new one", async () => {
  const [old, next] = [edition(1), edition(2, { changed: ["c/index.html", "c/2.html", "canoa/canoa.css", "index.html"] })];
  for (let at = 1; at <= 8; at++) {
    const world = computer(old);
    await world.take();
    world.files = next;
    world.asked = [];
    world.spoil = (_name, count) => (count >= at ? cut() : undefined);
    const ended = await kindOf(world.take());
    assert.deepEqual(await world.served(), whole(ended === "done" ? next : old), `cut at ${at}`);
    assert.equal(ended === "done", at > 7, `cut at ${at}`);
    world.spoil = () => undefined;
    await world.take();
    assert.deepEqual(await world.served(), whole(next));
  }
});

test("an update that dies at every write leaves exactly one edition", async () => {
  const [old, next] = [edition(1), edition(2, { changed: ["c/1.html", "c/2.html", "canoa/canoa.css"] })];
  for (let at = 0; at < 8; at++) {
    const world = computer(old);
    await world.take();
    world.files = next;
    world.room = at;
    const ended = await kindOf(world.take());
    assert.deepEqual(await world.served(), whole(ended === "done" ? next : old), `full at ${at}`);
    assert.ok(ended === "done" || ended === "full");
    assert.equal(ended === "done", at > 5, `full at ${at}`);
    world.room = Infinity;
    await world.take();
    assert.deepEqual(await world.served(), whole(next));
  }
});

test("an update fetches the lists and what has changed", async () => {
  const world = computer(edition(1));
  await world.take();
  world.files = edition(2);
  world.asked = [];
  const news = await world.desk.news();
  assert.deepEqual([news.pages, news.files, news.isSame], [1, 2, false]);
  await world.desk.fulfil({ courses: { [COURSE]: { videos: true } } }, () => {}, news.edition);
  assert.deepEqual(world.asked.sort(), ["c/1.html", "c/levar.js", "canoa/canoa.css", "canoa/levar.js"].sort());
  world.asked = [];
  assert.equal((await world.desk.news()).isSame, true);
  assert.deepEqual(world.asked, ["canoa/levar.js"]);
});

test("the edition before the last is swept, the last one stays for pages that are open", async () => {
  const world = computer(edition(1));
  await world.take();
  const count = objects(world);
  for (let number = 2; number < 6; number++) {
    world.files = edition(number);
    await world.take();
    assert.equal(objects(world), count + 2);
  }
});

test("a site that changes while it is taken gives one edition, the new one", async () => {
  const [old, next] = [edition(1), edition(2)];
  for (let at = 1; at <= 10; at++) {
    const world = computer(old);
    world.spoil = (_name, count) => {
      if (count === at) world.files = next;
    };
    await world.take();
    const served = await world.served();
    assert.ok([whole(old), whole(next)].some((one) => isDeepStrictEqual(one, served)), `changed at ${at}`);
  }
});

test("a list of a course that belongs to another edition is not taken", async () => {
  const world = computer({ ...edition(1), [COURSE]: edition(2)[COURSE] });
  assert.equal(await kindOf(world.take()), "between");
  assert.equal(world.store.size, 0);
});

test("nothing of a captive portal is kept, whatever it answers for", async () => {
  const login = () => new Response("<html>Login</html>");
  for (const portal of [() => login(), (name) => (isList(name) ? undefined : login()), (name) => (name === "c/1.html" ? login() : undefined)]) {
    const world = computer(edition(1), portal);
    assert.equal(await kindOf(world.take()), "foreign");
    for (const [key, response] of world.store) assert.ok(!/Login/.test(await response.clone().text()), key);
    assert.deepEqual(await world.served(), {});
  }
});

test("of the right length but of other bytes, of an endless body, and of a redirect nothing is kept", async () => {
  const files = edition(1);
  const endless = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) }));
  const redirect = () => Object.defineProperty(new Response(files["c/1.html"]), "type", { value: "opaqueredirect" });
  for (const answer of [() => new Response("x".repeat(files["c/1.html"].length)), endless, redirect]) {
    const world = computer(files, (name) => (name === "c/1.html" ? answer() : undefined));
    assert.equal(await kindOf(world.take()), "foreign");
    assert.equal(world.store.has(ROOT + digest(files["c/1.html"])), false);
  }
});

test("pictures and films that the server lacks are left out and named; a page that it lacks is not", async () => {
  const world = computer(edition(1, { without: ["c/filme.mp4", "c/foto.webp"] }));
  await world.take();
  assert.deepEqual((await world.desk.state()).copy.missing, ["c/filme.mp4", "c/foto.webp"]);
  const poorer = computer(edition(1, { without: ["c/2.html"] }));
  assert.equal(await kindOf(poorer.take()), "gone");
  assert.deepEqual(await poorer.served(), {});
});

test("two courses share what they have in common, and are of one edition", async () => {
  const world = computer(edition(1));
  await world.take();
  world.files = edition(2);
  await world.desk.fulfil({ courses: { [COURSE]: { videos: true }, [OTHER]: { videos: true } } }, () => {});
  const served = await world.served();
  assert.deepEqual(served, { ...whole(world.files), "d/index.html": world.files["d/index.html"] });
  await world.desk.remove(COURSE);
  assert.deepEqual(Object.keys(await world.served()).filter((name) => name.startsWith("c/")), []);
  assert.equal("d/index.html" in (await world.served()), true);
  assert.equal(objects(world), 4);
  await world.desk.remove(OTHER);
  assert.deepEqual([world.store.size, world.workers], [0, 1]);
});

test("a course that the site has no more stays as it was taken", async () => {
  const world = computer(edition(1));
  await world.desk.fulfil({ courses: { [COURSE]: { videos: true }, [OTHER]: { videos: true } } }, () => {});
  const gone = edition(2);
  const shared = JSON.parse(gone["canoa/levar.js"].slice(11, -3));
  delete shared.lists[OTHER];
  world.files = { ...gone, "canoa/levar.js": `canoaFiles(${JSON.stringify(shared)});\n` };
  delete world.files["d/index.html"];
  const news = await world.desk.news();
  await world.desk.fulfil({ courses: { [COURSE]: { videos: true }, [OTHER]: { videos: true } } }, () => {}, news.edition);
  assert.equal("d/index.html" in (await world.served()), true);
});

test("what was begun can be given up, and leaves nothing or the old edition", async () => {
  const world = computer(edition(1), (_name, count) => (count > 5 ? cut() : undefined));
  await kindOf(world.take());
  await world.desk.abandon();
  assert.deepEqual([world.store.size, world.workers], [0, 0]);
  world.spoil = () => undefined;
  await world.take();
  const count = objects(world);
  world.files = edition(2);
  world.asked = [];
  world.spoil = (_name, asked) => (asked > 3 ? cut() : undefined);
  assert.equal(await kindOf(world.take()), "offline");
  await world.desk.abandon();
  assert.equal(objects(world), count);
});

test("pausing keeps what was checked", async () => {
  const world = computer(edition(1));
  const paused = world.take(true, ({ files }) => files === 3 && world.stop.abort());
  assert.equal(await kindOf(paused), "paused");
  assert.ok(objects(world) >= 3);
  assert.deepEqual((await world.desk.state()).plan, { courses: { [COURSE]: { videos: true } } });
  world.stop = new AbortController();
  await world.take();
  assert.deepEqual(await world.served(), whole(world.files));
});

test("what will not fit is said before anything is fetched", async () => {
  const world = computer(edition(1));
  world.free = 50;
  const error = await world.take().catch((one) => one);
  assert.equal(error.kind, "space");
  assert.ok(error.bytes > 0);
  assert.deepEqual([world.asked.length, world.store.size], [2, 0]);
});

test("another tab has the copy in its hands", async () => {
  const world = computer(edition(1));
  world.locked = true;
  assert.equal(await kindOf(world.take()), "busy");
  assert.equal(world.asked.length, 0);
});
