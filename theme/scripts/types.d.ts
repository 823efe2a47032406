/** What the scripts of the learner's side share.  Only for the type checker: nothing of this reaches a page. */

/** Gettext at build time: the call is replaced by the translated string.  One literal in double quotes, no concatenation. */
declare function _(message: string): string;

/** What a record may hold. */
type Value = string | number | boolean | null | Value[] | { [name: string]: Value };

/** One register of a record: the last writer wins. */
interface Entry {
  /** The value; null when it was deleted. */
  v: Value;
  /** Milliseconds since 1970, never less than any time seen before (a clock that runs backwards changes nothing). */
  t: number;
  /** The copy of the record that wrote it, 8 characters `[0-9a-z]`: decides between equal times. */
  r: string;
}

type Entries = { [key: string]: Entry };

/** Who is studying. */
interface Profile {
  id: string;
  name: string;
  /** True when a passphrase protects the record. */
  locked: boolean;
}

/** What an activity is, noted once in the record, so that an exported record explains itself. */
interface About {
  /** `data-bloco`. */
  kind: string;
  title: string;
  /** Path of its page in the site. */
  page: string;
  /** Id of the course in the site, empty outside of courses. */
  course: string;
  /** Things to tick of a checklist. */
  items?: number;
  /** Id of the tool of a worksheet or task. */
  tool?: string;
  [more: string]: Value | undefined;
}

/** `nobody`: nothing is kept; `saving`, `saved`; `failed`: the browser keeps nothing (full, private, forbidden). */
type SaveState = "nobody" | "saving" | "saved" | "failed";

/** One activity in a course's list: kind, key (as `keyOf`), title. */
type CourseActivity = [string, string, string];
interface CoursePage {
  page: string;
  title: string;
  activities: CourseActivity[];
}
interface CourseModule extends CoursePage {
  /** `metadata.id`, stable. */
  id: string;
  elective: boolean;
  /** Ids of priority problems. */
  problems: string[];
  pages: CoursePage[];
}
/** What `<course>/atividades.js` passes to `canoa.course`. */
interface CourseList extends CoursePage {
  id: string;
  elective: boolean;
  problems: string[];
  /** Id → name, of the priority problems of the whole site. */
  problemNames: { [id: string]: string };
  modules: CourseModule[];
  /** Units outside of modules, cases, worksheets. */
  pages: CoursePage[];
}

/** The global `canoa`.  From `time` on, and `course`, only on pages that load more.js too. */
interface Canoa {
  readonly site: { id: string; name: string; language: string; study: string };
  /** Address of the site's root, ends in `/`. */
  readonly base: string;
  /** Path of this page from the root; a folder ends in `index.html`. */
  readonly page: string;

  /** The value under a key; undefined when there is none or it was deleted. */
  get(key: string): Value | undefined;
  /** When the value was written; 0 when there is none. */
  time(key: string): number;
  /** Key and value of all that begins with `prefix`, sorted by key. */
  list(prefix: string): [string, Value][];
  /** Write and save soon; null deletes.  The same value again writes nothing. */
  set(key: string, value: Value): void;
  /** Write under `prefix` and a new id that sorts after earlier ones; gives the key. */
  add(prefix: string, value: Value): string;
  /** The whole record, deleted ones included: what is exported. */
  entries(): Entries;
  /** Take over entries of another copy: for each key the later one stays.  Gives how many keys changed. */
  merge(entries: Entries): number;

  /** Key of a block (`section[data-bloco]`): its id, with the page's path when the author wrote none. */
  keyOf(block: HTMLElement): string;
  /** Note what a block is, beside the first thing that is kept of it. */
  about(block: HTMLElement, more?: { [name: string]: Value }): void;

  /** Call `redraw` when the record is open, and again when it was changed elsewhere (another tab, an import). */
  onload(redraw: () => void): void;
  /** Call with the state now and at each change. */
  onstate(tell: (state: SaveState) => void): void;
  /** Null: nobody has agreed to anything, what is written lives as long as the page. */
  readonly profile: Profile | null;
  /** What people.js needs of the store. */
  desk(): Desk;
  /** Open the dialog in which people choose, make, lock and delete profiles. */
  people(): void;

  /** The lists of activities that were loaded, by course id. */
  readonly courses: { [id: string]: CourseList };
  course(list: CourseList): void;

  /** `<tag …properties>…children`; strings become text nodes, never markup.  Properties named `aria-…`, `data-…`, `role`, `for` become attributes. */
  element<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    properties?: { [name: string]: unknown } | null,
    ...children: (Node | string)[]
  ): HTMLElementTagNameMap[K];
  /** Put values in the place of `{name}`. */
  fill(message: string, values: { [name: string]: string | number }): string;
  /** Without accents, lower case, words joined by hyphens, at most 60 characters: a name for keys. */
  slug(text: string): string;
  /** The local date, `YYYY-MM-DD`; `days` later. */
  today(days?: number): string;
  /** The date as readers of the page's language write it. */
  shownDate(iso: string): string;
  /** Say something to screen readers, politely. */
  announce(text: string): void;
  /** Let the browser save a file. */
  download(name: string, content: string, type: string): void;
  /** Load another script of the theme (`"people"`) or a file of the site (`"curso/atividades.js"`), once. */
  load(name: string): Promise<void>;
  /** Add a style sheet of the theme to the page, once. */
  style(name: string): void;
}

declare const canoa: Canoa;

/** Put before store.js and hub.js by the build. `study`: path of the page "My study", empty where there is none. */
declare const canoaSite: { id: string; name: string; language: string; study: string };

// --- progress.js -------------------------------------------------------------------------------------------------------

interface MissingActivity {
  kind: string;
  key: string;
  title: string;
  /** Address of the block on its page. */
  href: string;
}
interface Count {
  done: number;
  total: number;
  /** What is not done, in the order of the course. */
  missing: MissingActivity[];
}
interface Progress {
  /** Whether an activity was done; false for kinds that nobody can do. */
  done(key: string, kind: string): boolean;
  /** The activities of some pages. */
  count(pages: CoursePage[]): Count;
  /** A course: electives count once they are chosen or begun. */
  ofCourse(list: CourseList): Count;
  ofModule(module: CourseModule): Count;
  /** A count as text and bar. */
  bar(count: Count): HTMLElement;
}
/** The global `canoa`.  From `time` on, and `course`, only on pages that load more.js too. */
interface Canoa {
  /** Given by progress.js. */
  progress: Progress;
}

// --- study.js ----------------------------------------------------------------------------------------------------------

/** What was found in a file; with an `error`, in words, nothing else counts. */
interface CheckedRecord {
  error: string;
  /** Id of the site that wrote it. */
  site: string;
  person: { id: string; name: string };
  entries: Entries;
  /** Key and reason of each entry that was left out. */
  refused: [string, string][];
}
interface XapiStatement {
  [property: string]: unknown;
}

/** Somebody of the list of profiles of this browser. */
interface Person {
  id: string;
  name: string;
  lock?: { salt: string; rounds: number };
}

/** What protects one record. */
interface Cipher {
  seal(entries: Entries): Promise<{ iv: string; c: string }>;
  unseal(sealed: { iv: string; c: string }): Promise<Entries>;
}

interface LockMaker {
  /** A lock for a new passphrase. */
  fresh(): { salt: string; rounds: number };
  /** The key of a passphrase, as text (base64). */
  derive(words: string, lock: { salt: string; rounds: number }): Promise<string>;
  /** What encrypts and decrypts with a key; decrypting with a wrong one fails. */
  open(key: string): Promise<Cipher>;
}

/** What store.js lends to people.js. */
interface Desk {
  keeper: Keeper | undefined;
  people(): Promise<Person[]>;
  become(person: Person, key?: string): Promise<void>;
  save(): Promise<unknown>;
  session(value?: string): Promise<{ id: string; key?: string } | null>;
  state: SaveState;
}

// --- the search (docs/search-index.md) ---------------------------------------------------------------------------------

/** Suffix, what comes in its place, letters that must stand before it. */
type StemRule = [string, string, number];

interface SearchManifest {
  stem: StemRule[][];
  pages: number;
  /** Places of each course. */
  slots: number;
  /** All page numbers are smaller. */
  numbers: number;
  blockBits: number;
  textBits: number;
  /** Separators of the shards of terms. */
  terms: string[];
}

/** A word of a query, and the terms of the index that it stands for. */
interface SearchGroup {
  word: string;
  /** What words of a text may begin with; empty when they must have one of the terms. */
  begun: string;
  terms: Set<string>;
  /** Those that have it. */
  pages: number[];
  /** Page → how strongly it has the word; 0: not at all. */
  strengths: Uint8Array;
  /** Strength → how much the word tells there. */
  weights: Float64Array;
  /** The list of pages is cut: others may have the word too. */
  isCommon: boolean;
}

interface SearchAnswer {
  query: string;
  groups: SearchGroup[];
  /** Numbers of pages, best first. */
  hits: number[];
  /** No page has all the words. */
  relaxed: boolean;
  /** No page has the words in the order of the quotation. */
  loose: boolean;
  /** What was typed, what was looked for instead. */
  corrected: [string, string][];
}

interface SearchRecord {
  title: string;
  href: string;
  /** Kind of page and course. */
  where: string;
  /** The course's. */
  folder: string;
  /** The page's number in the course. */
  slot: number;
}

/** Anchor of the heading (empty before the first), heading, text. */
type SearchSection = [string, string, string];

/** What search.js offers to combobox.js and results.js. */
interface SearchKit {
  /** Pages that are shown at first. */
  AT_ONCE: number;
  MOST_LETTERS: number;
  /** Address of the site's root, ends in `/`. */
  base: string;
  /** A part that cannot be had makes the answer smaller, and `tell` says so.  `typing`: the last word may go on. */
  find(query: string, typing?: boolean): Promise<SearchAnswer>;
  record(page: number): Promise<SearchRecord | null>;
  /** Where the words of an answer are on a page: text, hit, text, hit, … text. */
  passage(page: number, answer: SearchAnswer): Promise<{ anchor: string; heading: string; parts: string[] } | null>;
  /** A sentence about an answer. */
  tell(answer: SearchAnswer): string;
  /** Slot, folder and title of each. */
  courses(): Promise<[number, string, string][]>;
  /** Slot of a page's course. */
  courseOf(page: number): number;
  /** Terms with their postings, out of at most so many shards. */
  startingWith(beginning: string, most: number): Promise<[string, string][]>;
  /** Tells each page with its level, best level first; gives about how many there are where the list is cut, else 0. */
  readPostings(text: string, tell: (page: number, level: number) => void): number;
  element: Canoa["element"];
}

/** What search.js lends to passages.js and spelling.js. */
interface SearchParts {
  base: string;
  /** A part of the index; undefined when it cannot be had. */
  load<T>(path: string, key: string, read: (told: any) => T): Promise<T | undefined>;
  /** What is made once, unless it could not be had. */
  once<T>(key: string, make: () => Promise<T | undefined>): Promise<T | undefined>;
  /** What is kept of both. */
  parts: Map<string, Promise<any>>;
  manifest: SearchManifest;
  /** What scripts said that nobody has read yet. */
  received: Map<string, any>;
  record: SearchKit["record"];
  /** Of a folded word. */
  termOf(word: string): string;
  /** The value of a character. */
  digit(text: string, at: number): number;
  /** Entries that begin with how much they share with the one before. */
  unpack(entries: string[]): string[];
  readSeparators(coded: string): string[];
  /** In which shard a term would be. */
  shardOf(separators: string[], term: string): number;
  /** A shard of words, by its separator. */
  shard(kind: string, separator: string, read: (entries: string) => Map<string, string>): Promise<Map<string, string> | undefined>;
  /** Terms and postings, by the number of the separator. */
  termShard(number: number): Promise<Map<string, string> | undefined>;
  /** Postings → how many pages have the term, about. */
  countOf(text: string): number;
}

interface SearchTools {
  passages: {
    passage: SearchKit["passage"];
    sections(page: number): Promise<SearchSection[] | undefined>;
    /** Those of the first hits whose texts have all phrases, each given as folded words. */
    withPhrases(hits: number[], phrases: string[][]): Promise<number[]>;
  };
  spelling: {
    /** The known word that may have been meant; empty when there is none. */
    correct(word: string): Promise<string>;
  };
}

type SearchReader = SearchTools["passages"];

interface Window {
  /** What the shards of the index call. */
  canoaSearch(kind: string, ...told: any[]): void;
}

// --- copy.js, missing.js, check.js -------------------------------------------------------------------------------------

type Layer = "texto" | "imagens" | "midia";
interface CopyCourse {
  /** Its folder, or `site`. */
  unit: string;
  title: string;
  /** Id of the institution that signs it. */
  by: string;
  /** Layer → bytes of its files. */
  here: { [layer in Layer]?: number };
  away: { [layer in Layer]?: number };
}
/** What `canoa/copia.js` sets (`generator/mirror/copy_facts.py`); a working edition has only the number 0. Dates are ISO, UTC. */
interface CopyFacts {
  release: number;
  catalogue: string;
  released: string;
  /** When the aggregator last said that there is nothing newer. */
  confirmed: string;
  timestampExpires: string;
  snapshotExpires: string;
  /** It is certainly not earlier. */
  notBefore: string;
  /** SHA-256 of the catalogue's root. */
  root: string;
  /** Of all images of the release. */
  digest: string;
  /** Id → title. */
  institutions: { [id: string]: string };
  courses: CopyCourse[];
}
/** Set by `canoa/copia.js`. */
declare var canoaCopia: CopyFacts;
/** Set by `canoa/copia/ausentes.js`: path → bytes, of large files that are not here. */
declare var canoaAusentes: { files: { [path: string]: number } };

/** As `Freshness` of `generator/release/trust.py`. */
type Freshness = "atual" | "atrasado" | "vencido" | "relogio-suspeito";
/** Given by copy.js to check.js. */
interface Edition {
  /** How much the age of the copy is to be worried about. `now`: milliseconds since 1970. */
  freshness(facts: CopyFacts, now: number): Freshness;
  /** One line: edition, date, who signs the course, freshness. */
  line(facts: CopyFacts, course: CopyCourse | undefined): string;
  /** Names and sizes of layers. */
  layers(sizes: CopyCourse["here"]): string;
}

declare var canoaEdition: Edition;

interface Sha256 {
  add(bytes: Uint8Array): void;
  /** Hexadecimal. */
  end(): string | Promise<string>;
}
declare var canoaSha256: () => Sha256;
/** The parts of an image between the bytes of its files. */
declare var canoaImage: {
  /** Throws RangeError for what no image holds. */
  header(path: string, size: number): Uint8Array;
  /** What follows a file of this size. */
  filling(size: number): Uint8Array;
  end: Uint8Array;
};
/** An image of the release, as `canoa/copia/imagens.json` lists it. */
interface CopyImage {
  /** `institution/unit/layer.tar` */
  path: string;
  length: number;
  sha256: string;
  /** Whether its files are in this copy. */
  here: boolean;
  /** Path, bytes, SHA-256 of the files outside of the image. */
  blobs: [string, number, string][];
}
/** Path, bytes, SHA-256. */
type ListedFile = [string, number, string];

/** Where the files of a copy are read: a server, or a folder that somebody chose. */
interface CopySource {
  /** Pieces of a file; null where there is none.  Throws when nothing can be read any more. */
  open(path: string): Promise<AsyncIterable<Uint8Array> | null>;
  /** Paths of all files, where that can be known. */
  paths?: string[];
}
interface Findings {
  files: number;
  altered: string[];
  missing: string[];
  extra: string[];
  /** Courses of which something cannot be proven though no file is known to be wrong. */
  unproven: string[];
  /** Digest of the release, made from the hashes that the files were compared with. */
  digest: string;
}

// --- offline.js, carry.js, taking.js, zip.js -----------------------------------------------------------------------------

/** Path in the site, bytes, the first 16 bytes of the SHA-256 (base64url). */
type CopyRow = [string, number, string];
/** What `generator/site/precache.py` writes: of the site `name` and `lists`, of a course the rest. */
interface CopyList {
  files: CopyRow[];
  /** Digest of the list itself, added by who has read it. */
  list: string;
  /** The site's name. */
  name: string;
  /** Path of the list of a course → its digest. */
  lists: { [path: string]: string };
  id: string;
  title: string;
  /** Path of the course's front page. */
  page: string;
  /** How many pages the course has. */
  pages: number;
}
interface TakenCourse extends CopyList {
  /** Whether videos are taken too. */
  videos: boolean;
  /** When this edition was taken, milliseconds since 1970. */
  since?: number;
}
/** The lists of one edition; `courses` by the path of their lists. */
interface CopyEdition {
  shared: CopyList;
  courses: { [path: string]: TakenCourse };
}
/** What the copy in the browser holds. */
interface KeptEdition extends CopyEdition {
  /** Paths of media that the server lacked. */
  missing: string[];
  /** What the server's copy said of itself (`canoa/copia.js`). */
  facts?: CopyFacts;
}
/** What is being taken: all that the copy is to hold in the end. */
interface CopyPlan {
  courses: { [path: string]: { videos: boolean } };
}
interface CopyState {
  copy?: KeptEdition;
  /** There is one from the beginning of a download to its end. */
  plan?: CopyPlan;
  /** Entries of the cache, which are more than the files by one or two. */
  objects: number;
}
interface CopyNews {
  edition: CopyEdition;
  /** Pages, files and bytes to fetch. */
  pages: number;
  files: number;
  bytes: number;
  isSame: boolean;
}
/**
 * Why something did not go on.  `foreign`: other bytes than those of the list (a login page of the network); `between`: two
 * editions at once on the server; `space`: it is known before that it will not fit; `closed`: the browser refuses.
 */
type Trouble = "paused" | "offline" | "foreign" | "gone" | "between" | "full" | "space" | "closed" | "busy";
/** Parts of large files, all but the last of one size. */
interface CopyParts {
  /** The first parts, as many as follow each other. */
  read(digest: string): Promise<Uint8Array[]>;
  add(digest: string, number: number, bytes: Uint8Array): Promise<void>;
  drop(digest: string): Promise<void>;
}
type HearProgress = (progress: { done: number; total: number; files: number; all: number }) => void;
type ReadEdition = (wanted: CopyPlan["courses"], known?: { [path: string]: TakenCourse }) => Promise<CopyEdition>;
type Collect = (
  wanted: CopyPlan["courses"],
  how: {
    known?: { [path: string]: TakenCourse };
    /** One that was read just now. */
    edition?: CopyEdition;
    /** Digests of the objects of an edition that is there already: they are no part of the work. */
    old?: Set<string>;
    /** Digests of the objects that need not be fetched. */
    here(): Promise<{ has(digest: string): boolean }>;
    /** Before anything is fetched. */
    begin(lacking: CopyRow[]): Promise<void>;
    keep(row: CopyRow, bytes: Uint8Array): Promise<void>;
    /** Where parts of large files are kept. */
    parts?: CopyParts;
    hear: HearProgress;
  },
) => Promise<{ edition: CopyEdition; missing: string[] }>;
/** Take all that a plan wants, and turn to it when everything is there.  Fails with a `kind`, a `Trouble`. */
type Fulfil = (plan: CopyPlan, hear: HearProgress, edition?: CopyEdition) => Promise<void>;
interface CopyDesk {
  state(): Promise<CopyState>;
  readEdition: ReadEdition;
  collect: Collect;
  fulfil: Fulfil;
  /** Remove a course by the path of its list. */
  remove(path: string): Promise<void>;
  /** Forget what was begun. */
  abandon(): Promise<void>;
  /** Bytes of some lists, what is the same counted once. */
  weigh(...lists: CopyRow[][]): number;
  /** What an update would fetch; undefined when nothing was taken. */
  news(): Promise<CopyNews | undefined>;
  /** Path of the list of what the search needs: taken like a course. */
  SEARCH: string;
  /** Which paths are videos. */
  VIDEO: RegExp;
}
type CopyMaker = (base: string, digestOf: (bytes: Uint8Array) => Promise<string>, signalOf: () => AbortSignal) => CopyDesk;

/** What somebody may leave out. */
interface Choice {
  parts: HTMLElement[];
  bytes(): number;
  wanted(): CopyPlan["courses"];
}

interface ZipWriter {
  /** Add a file; names are written as UTF-8. */
  add(path: string, bytes: Uint8Array): Promise<void>;
  finish(): Blob;
}
