// The folder of a run: seeded databases, made once and copied while closed, and the page that nginx serves.
import fs from "node:fs";
import path from "node:path";
import { get } from "./load.mjs";
import { Child, run_quietly } from "./processes.mjs";

const TMPFS = 0x01021994;

/// A folder of its own below `folder`, gone with this process. On a disk, unless `memory` is "allowed".
export function make_run_folder(folder, { memory } = {}) {
  fs.mkdirSync(folder, { recursive: true });
  const own = fs.mkdtempSync(path.join(folder, "run-"));
  process.on("exit", () => fs.rmSync(own, { recursive: true, force: true }));
  if (memory === "allowed" || fs.statfsSync(own).type !== TMPFS) return own;
  throw new Error(`${folder} is in memory: a commit costs nothing there`);
}

export class Workspace {
  #seeded = new Map(); // extra posts -> promise of a file
  #page = null;
  #serial = 0;

  constructor({ server, root, folder }) {
    this.server = server;
    this.root = root;
    this.folder = make_run_folder(folder);
  }

  server_flags(database) {
    return ["--root", this.root, "--database", database];
  }

  #seed(extra_posts) {
    const make = async () => {
      const file = path.join(this.folder, `seeded-${extra_posts}.sqlite3`);
      const flags = ["--prepare", "full", "--extra-posts", `${extra_posts}`];
      await run_quietly(this.server, [...this.server_flags(file), ...flags]);
      if (fs.existsSync(`${file}-wal`)) throw new Error(`${file} was not closed: its log is still there`);
      return file;
    };
    if (!this.#seeded.has(extra_posts)) this.#seeded.set(extra_posts, make());
    return this.#seeded.get(extra_posts);
  }

  /// A copy that nobody else uses, on the disk already: its writing must not fall into the measurement.
  async fresh_database(extra_posts) {
    const seeded = await this.#seed(extra_posts);
    const copy = path.join(this.folder, `copy-${++this.#serial}.sqlite3`);
    fs.copyFileSync(seeded, copy);
    const file = fs.openSync(copy, "r+");
    fs.fsyncSync(file);
    fs.closeSync(file);
    return copy;
  }

  /// Removes a copy whose server has ended: a run of all scenarios writes gigabytes.
  drop(copy) {
    for (const suffix of ["", "-wal", "-shm"]) fs.rmSync(copy + suffix, { force: true });
  }

  /// What a fresh server says of itself, and the bytes of its index page.
  async #visit() {
    const database = await this.fresh_database(0);
    const child = new Child(this.server, this.server_flags(database));
    const greeting = await child.json_line();
    const page = await get(greeting.port, "/bench/index");
    child.signal("SIGTERM");
    const report = await child.json_line();
    await child.must_end();
    this.drop(database);
    return { greeting, page, rows: report.rows.before };
  }

  visit() {
    this.#page ??= this.#visit();
    return this.#page;
  }

  async page() {
    return (await this.visit()).page;
  }
}
