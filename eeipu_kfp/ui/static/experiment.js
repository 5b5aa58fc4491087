/* One experiment: the report's parts, which follow it while it runs, and its trials. */

import { drawn, element, replace } from "./dom.js";
import { ask } from "./server.js";
import { Trials } from "./trials.js";

const BEFORE = ["header", "progress", "timeline", "costs", "importance", "coordinates", "prefixes"];
const AFTER = ["health"];
const NAMES = {
  progress: "Best so far",
  timeline: "Timeline",
  costs: "Seconds by stage",
  importance: "Importance",
  coordinates: "Configurations",
  prefixes: "Stage tree",
  trials: "Trials",
  health: "Health checks",
};
const SIDE_BY_SIDE = ["costs", "importance"];

function jumps() {
  const links = Object.entries(NAMES).map(([id, name]) => element("a", { href: `#${id}` }, name));
  return element("nav", { class: "jump", "aria-label": "On this page" }, ...links);
}

export class Experiment {
  #key;
  #shown = "";
  #parts = new Map();
  #trials;

  constructor(holder, key) {
    this.#key = key;
    document.title = key;
    this.#trials = new Trials(key);
    const pair = element("div", { class: "pair" });
    const before = BEFORE.map((name) => this.#part(name));
    pair.append(...SIDE_BY_SIDE.map((name) => this.#parts.get(name).holder));
    before.splice(BEFORE.indexOf(SIDE_BY_SIDE[0]), SIDE_BY_SIDE.length, pair);
    before.splice(1, 0, jumps());
    const after = AFTER.map((name) => this.#part(name));
    holder.replaceChildren(...before, this.#trials.section, ...after);
  }

  async refresh() {
    const [text] = await Promise.all([
      ask(`experiments/${encodeURIComponent(this.#key)}`),
      this.#trials.refresh(),
    ]);
    if (text === this.#shown) return;
    this.#shown = text;
    const found = JSON.parse(text);
    const best = found.best ? `${found.best.objective}, ` : "";
    document.title = `${found.name}: ${best}${found.standing.words.toLowerCase()}`;
    document.getElementById("place").textContent = found.namespace && `namespace ${found.namespace}`;
    for (const [name, html] of Object.entries(found.sections)) this.#show(name, html);
  }

  #part(name) {
    const holder = element("div", { class: "part" });
    this.#parts.set(name, { holder, html: "" });
    return holder;
  }

  #show(name, html) {
    const part = this.#parts.get(name);
    if (!part || part.html === html) return;
    part.html = html;
    replace(part.holder, ...drawn("div", {}, html).childNodes);
    takeUpMarks(part.holder);
  }
}
