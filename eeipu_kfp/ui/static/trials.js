/* The trials of an experiment: filtered, sorted and cut into pages by the server. */

import { element, prose, replace } from "./dom.js";
import { ask } from "./server.js";

const NAMES = { sort: "trial", order: "descending", filter: "", page: "1" };
const GROUPS = { trial: "Trial", parameter: "Parameters", stage: "Stages" };
const PATIENCE = 200;
const SVG = "http://www.w3.org/2000/svg";

export class Trials {
  #key;
  #question = { ...NAMES };
  #shown = "";
  #open = new Set();
  #waiting = 0;
  #asked = 0;
  #told = element("p", { class: "note", role: "status" });
  #wrong = element("p", { class: "wrong", id: "filter-wrong", role: "alert" });
  #table = element("div", {
    class: "scroll trials",
    tabindex: "0",
    role: "group",
    "aria-labelledby": "trials-title",
  });
  #pager = element("div", { class: "pager" });
  #help = element("p", { class: "note", id: "filter-help" });

  constructor(key) {
    this.#key = key;
    const given = new URLSearchParams(location.search);
    for (const name of Object.keys(NAMES)) this.#question[name] = given.get(name) ?? NAMES[name];
    this.section = this.#section();
  }

  async refresh() {
    const asked = ++this.#asked;
    let text;
    try {
      text = await ask(`experiments/${encodeURIComponent(this.#key)}/trials`, this.#question);
    } catch (error) {
      if (error.status !== 400) throw error;
      if (asked === this.#asked) this.#complain(error);
      return;
    }
    if (asked !== this.#asked) return; // A later question was asked meanwhile.
    this.#complain(null);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#show(JSON.parse(text));
  }

  #section() {
    const field = element("input", {
      id: "filter",
      type: "search",
      maxlength: "300",
      spellcheck: "false",
      autocomplete: "off",
      value: this.#question.filter,
      placeholder: "objective>0.8 state=succeeded",
      "aria-describedby": "filter-help filter-wrong",
      oninput: () => this.#type(field.value),
    });
    return element(
      "section",
      { id: "trials" },
      element("h2", { id: "trials-title" }, "Trials"),
      element("div", { class: "filter" }, element("label", { for: "filter" }, "Filter"), field),
      this.#help,
      this.#wrong,
      this.#told,
      this.#table,
      this.#pager,
    );
  }

  #type(text) {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#ask({ filter: text, page: "1" }), PATIENCE);
  }

  #ask(changes) {
    Object.assign(this.#question, changes);
    const query = new URLSearchParams({ experiment: this.#key });
    for (const [name, usual] of Object.entries(NAMES)) {
      if (this.#question[name] !== usual) query.set(name, this.#question[name]);
    }
    history.replaceState(null, "", `./?${query}${location.hash}`);
    this.refresh().catch(() => {}); // The next regular look tells what is wrong.
  }

  #complain(error) {
    const text = error ? [error.message, error.hint].filter(Boolean).join("; ") : "";
    if (this.#wrong.textContent !== text) this.#wrong.textContent = text;
    document.getElementById("filter")?.setAttribute("aria-invalid", error ? "true" : "false");
  }

  #show(found) {
    const number = (count) => count.toLocaleString("en");
    const last = found.first + found.rows.length - 1;
    const of = found.passing === found.total ? "" : `, of ${number(found.total)} in all`;
    this.#told.textContent = found.passing
      ? `Trials ${number(found.first)} to ${number(last)} of ${number(found.passing)}${of}`
      : found.total
        ? `None of ${number(found.total)} trials passes the filter.`
        : "No trial has been started yet.";
    const hasRuns = found.rows.some((row) => row.run);
    this.#table.hidden = found.rows.length === 0;
    replaceTable(this.#table, this.#head(found, hasRuns), this.#body(found, hasRuns));
    takeUpMarks(this.#table);
    this.#turn(found);
    this.#explain(found.columns);
  }

  /** Show what a filter is made of, in the words of this very experiment. */
  #explain(columns) {
    if (this.#help.hasChildNodes()) return;
    const stage = columns.find((column) => column.group === "stage");
    const choice = columns.find((column) => column.group === "parameter" && column.number);
    const examples = ["spent<10", "state=failed"];
    if (stage) examples.push(`${stage.name}=cached`);
    if (choice) examples.push(`${choice.name}>=1`);
    const shown = examples.flatMap((text) => [" ", element("code", {}, quoted(text))]);
    this.#help.append("Words that a row contains, and conditions, which must all hold:", ...shown);
  }

  #head(found, hasRuns) {
    const groups = Object.entries(GROUPS).map(([group, name]) => {
      const span = found.columns.filter((column) => column.group === group).length;
      const runs = group === "trial" && hasRuns ? 1 : 0;
      return element("th", { class: `group ${group}`, scope: "colgroup", colspan: span + runs }, name);
    });
    let stage = 0;
    const heads = found.columns.map((column) => {
      const mark = column.group === "stage" ? swatch(stage++, false) : null;
      return this.#heading(column, found, mark);
    });
    if (hasRuns) heads.splice(1, 0, element("th", { class: "trial", scope: "col" }, "run"));
    return element("thead", {}, element("tr", {}, ...groups), element("tr", {}, ...heads));
  }

  #heading(column, found, mark) {
    const isSorted = column.key === found.sort;
    const flipped = found.order === "descending" ? "ascending" : "descending";
    const order = isSorted ? flipped : column.number ? "descending" : "ascending";
    const button = element(
      "button",
      { type: "button", onclick: () => this.#ask({ sort: column.key, order, page: "1" }) },
      mark,
      column.name,
    );
    const attributes = {
      class: `${column.group}${column.number ? " n" : ""}`,
      scope: "col",
      "aria-sort": isSorted ? found.order : null,
      "data-tip": column.about || null,
    };
    return element("th", attributes, button);
  }

  #body(found, hasRuns) {
    const width = found.columns.length + (hasRuns ? 1 : 0);
    return element("tbody", {}, ...found.rows.flatMap((row) => this.#row(row, found, hasRuns, width)));
  }

  #row(row, found, hasRuns, width) {
    let stage = 0;
    const cells = found.columns.map((column, index) => {
      const given = row.cells[index];
      if (column.group === "stage") return stageCell(given, stage++);
      if (column.key === "trial") return element("th", { class: "n", scope: "row" }, given);
      if (column.key === "state") return element("td", {}, ...this.#state(row, given));
      return element("td", { class: column.number ? "n" : null }, given);
    });
    if (hasRuns) cells.splice(1, 0, runCell(row, found.pipelinesUrl));
    const attributes = { "data-trial": row.trial, class: row.best ? "best" : null };
    const lines = [element("tr", attributes, ...cells)];
    if (row.failure) lines.push(this.#failure(row, width));
    return lines;
  }

  #state(row, given) {
    const tags = [row.best ? "best" : "", row.warmUp ? "warm-up" : ""].filter(Boolean);
    const marks = tags.map((tag) => element("span", { class: `tag ${tag}` }, ` ${tag}`));
    if (!row.failure) return [given, ...marks];
    const isOpen = this.#open.has(row.trial);
    const button = element(
      "button",
      {
        type: "button",
        class: "why",
        "aria-expanded": String(isOpen),
        "aria-controls": `why-${row.trial}`,
        onclick: () => this.#toggle(row.trial, button),
      },
      given,
    );
    return [button, ...marks];
  }

  #toggle(trial, button) {
    const isOpen = !this.#open.delete(trial);
    if (isOpen) this.#open.add(trial);
    button.setAttribute("aria-expanded", String(isOpen));
    document.getElementById(`why-${trial}`).hidden = !isOpen;
  }

  #failure(row, width) {
    const log = row.failure.log.length
      ? element("pre", {}, row.failure.log.join("\n"))
      : element("p", {}, "No log lines are kept.");
    const cell = element("td", { colspan: width }, element("p", {}, ...prose(row.failure.sentence)), log);
    const attributes = { id: `why-${row.trial}`, class: "failure", hidden: !this.#open.has(row.trial) };
    return element("tr", attributes, cell);
  }

  #turn(found) {
    const button = (label, page, isOff) =>
      element(
        "button",
        { type: "button", disabled: isOff, onclick: () => this.#ask({ page: String(page) }) },
        label,
      );
    const where = element("span", {}, `Page ${found.page} of ${found.pages}`);
    const buttons = [
      button("First", 1, found.page === 1),
      button("Previous", found.page - 1, found.page === 1),
      where,
      button("Next", found.page + 1, found.page === found.pages),
      button("Last", found.pages, found.page === found.pages),
    ];
    const focused = [...this.#pager.children].indexOf(document.activeElement);
    this.#pager.hidden = found.pages === 1;
    this.#pager.replaceChildren(...buttons);
    if (focused < 0) return;
    // At an end the button in focus goes out of use: its counterpart takes over.
    const next = this.#pager.children[focused];
    (next.disabled ? this.#pager.children[4 - focused] : next).focus({ preventScroll: true });
  }
}

function replaceTable(holder, head, body) {
  const { scrollLeft, scrollTop } = holder;
  replace(holder, element("table", {}, head, body));
  holder.scrollLeft = scrollLeft;
  holder.scrollTop = scrollTop;
}

/** Return a part of a filter, in quotes where it has a blank in it. */
function quoted(text) {
  return text.includes(" ") ? `"${text}"` : text;
}

function stageCell(given, index) {
  if (!given) return element("td", { class: "n" });
  const [outcome, time] = given;
  if (outcome === "Executed") return element("td", { class: "n" }, time);
  if (outcome === "Skipped") return element("td", { class: "n aside" }, "skipped");
  if (outcome === "Failed") return element("td", { class: "n bad" }, `failed after ${time}`);
  const tip = `from the cache: ${time} saved`;
  return element("td", { class: "n hit", "data-tip": tip }, swatch(index, true), "cached");
}

function runCell(row, url) {
  if (!row.run) return element("td");
  const id = row.run.slice(0, 8);
  if (!url) return element("td", { class: "aside", "data-tip": row.run }, id);
  const href = `${url}/#/runs/details/${encodeURIComponent(row.run)}`;
  const label = `run of trial ${row.trial} in Kubeflow Pipelines`;
  const attributes = { href, target: "_blank", rel: "noopener noreferrer", "aria-label": label };
  return element("td", {}, element("a", attributes, id));
}

/** Return the mark of a stage in its colour: full for one that ran, hatched for one from the cache. */
function swatch(index, isCached) {
  const hue = index % 8;
  const box = document.createElementNS(SVG, "svg");
  const mark = document.createElementNS(SVG, "rect");
  box.setAttribute("viewBox", "0 0 12 12");
  box.setAttribute("class", "mark");
  box.setAttribute("aria-hidden", "true");
  const place = { x: 1, y: 1, width: 10, height: 10 };
  for (const [name, value] of Object.entries(place)) mark.setAttribute(name, value);
  mark.setAttribute("class", `${isCached ? "cached" : "run"} stage-${hue}`);
  if (isCached) mark.setAttribute("fill", `url(#hatch-${hue})`);
  box.append(mark);
  return box;
}
