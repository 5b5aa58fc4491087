/* All experiments: a card each. */

import { count, drawn, element, prose, replace, standing } from "./dom.js";
import { addressOf, ask } from "./server.js";

export class List {
  #cards = new Map();
  #shown = "";
  #head = element("p", { class: "lead" });
  #list = element("ul", { class: "cards" });
  #empty = element("p", { class: "note" });
  #beginning = element("code");

  constructor(holder) {
    document.title = "Experiments";
    this.#empty.append(
      "There is no experiment here yet. ",
      this.#beginning,
      " begins one, and it appears here by itself.",
    );
    holder.replaceChildren(element("h1", {}, "Experiments"), this.#head, this.#list, this.#empty);
  }

  async refresh() {
    const text = await ask("experiments");
    if (text === this.#shown) return;
    this.#shown = text;
    const { place, beginning, experiments } = JSON.parse(text);
    document.getElementById("place").textContent = place;
    this.#beginning.textContent = beginning;
    this.#show(experiments);
  }

  #show(experiments) {
    const running = experiments.filter((one) => one.standing.kind === "running").length;
    this.#head.textContent = `${count(experiments.length, "experiment")}, ${running} running`;
    this.#empty.hidden = experiments.length > 0;
    const cards = experiments.map((one) => this.#card(one));
    const places = [...this.#list.children];
    if (places.length !== cards.length || cards.some((card, index) => card !== places[index])) {
      const focused = document.activeElement;
      this.#list.replaceChildren(...cards);
      if (this.#list.contains(focused)) focused.focus({ preventScroll: true });
    }
    const keys = new Set(experiments.map((one) => one.key));
    for (const key of this.#cards.keys()) if (!keys.has(key)) this.#cards.delete(key);
  }

  #card(one) {
    const text = JSON.stringify(one);
    let held = this.#cards.get(one.key);
    if (!held) {
      held = { card: element("li", { class: "card experiment" }), text: "" };
      this.#cards.set(one.key, held);
    }
    if (held.text !== text) {
      held.text = text;
      replace(held.card, ...parts(one));
    }
    return held.card;
  }
}

function parts(one) {
  return one.metric === null ? [title(one)] : [title(one), best(one), budget(one), reuse(one)];
}

function title(one) {
  const message = one.standing.message;
  const where = one.namespace && element("span", { class: "unit" }, ` in ${one.namespace}`);
  return element(
    "div",
    { class: "title" },
    element("h2", {}, element("a", { href: addressOf(one.key) }, one.name), where || null),
    element("p", {}, standing(one.standing)),
    message ? element("p", { class: "message" }, ...prose(message)) : null,
  );
}

function best(one) {
  const none = element("p", { class: "big none" }, "none yet");
  const found = one.best && [
    element(
      "p",
      { class: "big" },
      one.best.objective,
      element("span", { class: "unit" }, ` trial ${one.best.trial}`),
    ),
    drawn("div", { class: "spark" }, one.sparkline),
  ];
  const larger = one.direction === "Maximize" ? "larger" : "smaller";
  const heading = element("h3", { title: `${larger} is better` }, `Best ${one.metric}`);
  return element("div", { class: "best" }, heading, ...(found || [none]));
}

function budget(one) {
  const { spent, amount, share, percent, what } = one.budget;
  const trials = count(one.trials.total, "trial");
  const failed = one.trials.failed ? `, ${one.trials.failed.toLocaleString("en")} failed` : "";
  return element(
    "div",
    {},
    element("h3", {}, "Budget"),
    element("p", { class: "big" }, spent, element("span", { class: "unit" }, ` of ${amount}`)),
    meter(share, `${percent} of the budget spent`),
    element("p", {}, `${percent} of the ${what} spent; ${trials}${failed}`),
  );
}

function meter(share, label) {
  const bar = element("span");
  bar.style.width = `${(100 * share).toFixed(1)}%`;
  return element("div", { class: "meter", role: "img", "aria-label": label }, bar);
}

function reuse(one) {
  const { hits, runs, hitPercent, saved, whole, savedPercent } = one.reuse;
  return element(
    "div",
    {},
    element("h3", {}, "Saved by the cache"),
    element("p", { class: "big" }, saved, element("span", { class: "unit" }, ` of ${whole}`)),
    meter(Number.parseFloat(savedPercent) / 100 || 0, `${savedPercent} of the compute time saved`),
    element(
      "p",
      {},
      `${hits.toLocaleString("en")} of ${count(runs, "stage run")} from the cache: ${hitPercent}`,
    ),
  );
}
