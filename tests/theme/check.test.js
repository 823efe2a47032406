"use strict";
const assert = require("node:assert/strict");
const { createHash, randomBytes } = require("node:crypto");
const { test } = require("node:test");

globalThis._ = (message) => message;
require("../../theme/scripts/digest.js");
require("../../theme/scripts/image.js");
const { checkCopy, findSite, folder, readValues, releaseDigest, sha256 } = require("../../theme/scripts/check.js");
const vectors = require("../mirror/image_vectors.json");
const { canoaImage, canoaSha256 } = globalThis;

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
const bytesOf = (text) => new TextEncoder().encode(text);

test("SHA-256 is that of the standard, however the bytes come", () => {
  for (const length of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 70001]) {
    const bytes = randomBytes(length);
    for (const step of [1, 37, 64, 100000]) {
      const digest = canoaSha256();
      for (let at = 0; at < length; at += step) digest.add(bytes.subarray(at, at + step));
      assert.equal(digest.end(), hash(bytes), `${length} bytes by ${step}`);
    }
  }
});

test("what the browser digests is the same as what the script digests", async () => {
  const bytes = randomBytes(5000);
  const [quick, own] = [sha256(5000), sha256(1 << 30)];
  for (const digest of [quick, own]) for (const at of [0, 2500]) digest.add(bytes.subarray(at, at + 2500));
  assert.equal(await quick.end(), hash(bytes));
  assert.equal(await own.end(), hash(bytes));
});

test("an image is made again as Python writes it", () => {
  for (const { files, length, sha256 } of vectors.images) {
    const parts = files.flatMap(([path, size]) => [canoaImage.header(path, size), new Uint8Array(size), canoaImage.filling(size)]);
    const image = Buffer.concat([...parts, canoaImage.end]);
    assert.equal(image.length, length);
    assert.equal(hash(image), sha256, files[0][0]);
  }
});

test("no header is made up for what no image holds", () => {
  assert.throws(() => canoaImage.header("a".repeat(101), 1), RangeError);
  assert.throws(() => canoaImage.header("a.html", 8 ** 11), RangeError);
  assert.throws(() => canoaImage.header("a.html", -1), RangeError);
  assert.throws(() => canoaImage.header("a.html", "12"), RangeError);
});

test("the digest of a release is the published one, and another for another order", () => {
  assert.equal(releaseDigest(vectors.listing), vectors.digest);
  assert.notEqual(releaseDigest([...vectors.listing].reverse()), vectors.digest);
});

/** A copy of one course in memory: its files, and what is listed of them. */
const copyOf = (contents) => {
  const files = Object.entries(contents).map(([path, text]) => [path, bytesOf(text).length, hash(bytesOf(text))]);
  const parts = files.flatMap(([path, size]) => [canoaImage.header(path, size), bytesOf(contents[path]), canoaImage.filling(size)]);
  const image = Buffer.concat([...parts, canoaImage.end]);
  const blob = bytesOf("film");
  const images = [
    { path: "ufa/um/texto.tar", length: image.length, sha256: hash(image), here: true, blobs: [["um/film.mp4", 4, hash(blob)]] },
    { path: "ufb/dois/texto.tar", length: 10, sha256: hash("x"), here: false, blobs: [] },
  ];
  const courses = [
    { unit: "dois", title: "Dois", by: "ufb", here: {}, away: { texto: 10 } },
    { unit: "um", title: "Um", by: "ufa", here: { texto: image.length }, away: {} },
  ];
  const own = ["canoa/copia.js", "canoa/copia/imagens.json", "canoa/copia/ausentes.js", "canoa/copia/de-um.json", "dois/index.html"];
  const all = { ...contents, "um/film.mp4": "film", ...Object.fromEntries(own.map((path) => [path, "{}"])) };
  return { all, images, facts: { courses }, lists: { [images[0].sha256]: files } };
};

const findings = async ({ all, images, facts, lists }) => {
  const files = new Map(Object.entries(all).map(([path, text]) => [path, new Blob([text])]));
  let done = 0;
  const tell = async (bytes) => {
    done += bytes;
  };
  const { digest, ...found } = await checkCopy(folder(files), facts, images, async () => lists, tell);
  assert.equal(digest, releaseDigest(images));
  assert.ok(done > 0);
  return found;
};
const TEXTS = { "um/a.html": "<p>a</p>", "um/b.html": "<p>bb</p>", "um/c.html": "" };
const nothing = { altered: [], missing: [], extra: [], unproven: [] };

test("a copy that is as it was signed has nothing wrong", async () => {
  assert.deepEqual(await findings(copyOf(TEXTS)), { files: 4, ...nothing });
});

test("each file that is not as it was signed is named", async () => {
  const copy = copyOf(TEXTS);
  copy.all["um/a.html"] = "<p>x</p>";
  delete copy.all["um/b.html"];
  copy.all["um/c.html"] = "longer";
  copy.all["um/film.mp4"] = "fill";
  copy.all["um/new.html"] = "";
  copy.all["Thumbs.db"] = "";
  copy.all["um/.DS_Store"] = "";
  assert.deepEqual(await findings(copy), {
    files: 4,
    altered: ["um/film.mp4", "um/a.html", "um/c.html"],
    missing: ["um/b.html"],
    extra: ["um/new.html"],
    unproven: [],
  });
});

test("a list that was altered to fit an altered file proves nothing", async () => {
  const copy = copyOf(TEXTS);
  copy.all["um/a.html"] = "<p>x</p>";
  copy.lists[copy.images[0].sha256][0][2] = hash(bytesOf("<p>x</p>"));
  assert.deepEqual((await findings(copy)).unproven, ["Um"]);
  copy.lists = {};
  assert.deepEqual((await findings(copy)).unproven, ["Um"]);
});

test("a list may not make the page read for ever or fail", async () => {
  const copy = copyOf(TEXTS);
  const [file] = copy.lists[copy.images[0].sha256];
  for (const wrong of [["x".repeat(300), 1, ""], ["um/a.html", 8 ** 11, ""], ["um/a.html", 8, ""], ["um/a.html", "8", ""], 7, null]) {
    copy.lists[copy.images[0].sha256] = [file, wrong];
    const { unproven, altered, missing } = await findings(copy);
    assert.ok(unproven.length + altered.length + missing.length > 0);
  }
});

test("the site is found in a whole stick, and of two trees the one of this page", () => {
  const chosen = ["USB/ABRIR.html", "USB/a/canoa/copia.js", "USB/a/index.html", "USB/b/canoa/copia.js"].map((path) => ({ webkitRelativePath: path }));
  assert.deepEqual([...findSite(chosen, "file:///media/USB/a/").keys()], ["canoa/copia.js", "index.html"]);
  assert.deepEqual([...findSite(chosen, "file:///media/USB/b/").keys()], ["canoa/copia.js"]);
  assert.equal(findSite([{ webkitRelativePath: "x/index.html" }], "file:///x/"), null);
});

test("values are read out of a script without running it; damaged ones are none", async () => {
  const files = new Map([
    ["a.js", new Blob(['canoaCopia={"release":3};\n'])],
    ["b.js", new Blob(["canoaCopia={"])],
  ]);
  assert.deepEqual(await readValues(folder(files), "a.js"), { release: 3 });
  assert.equal(await readValues(folder(files), "b.js"), undefined);
  assert.equal(await readValues(folder(files), "c.js"), undefined);
});
