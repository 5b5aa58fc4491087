/* Which page is shown, and how it is kept young. */

import { Experiment } from "./experiment.js";
import { List } from "./list.js";

const PAUSE = 2000;
const PAUSE_AFTER_TROUBLE = 5000;

const main = document.getElementById("main");
const trouble = document.getElementById("trouble");
let key;
let page;
let timer = 0;
let isBusy = false;

function open() {
  const asked = new URLSearchParams(location.search).get("experiment");
  if (page && asked === key) return;
  key = asked;
  document.getElementById("place").textContent = "";
  page = key === null ? new List(main) : new Experiment(main, key);
  refresh();
}

async function refresh() {
  if (isBusy) return;
  isBusy = true;
  clearTimeout(timer);
  const asked = page;
  let pause = PAUSE;
  try {
    await asked.refresh();
    complain(null);
  } catch (error) {
    if (asked === page) complain(error);
    pause = PAUSE_AFTER_TROUBLE;
  }
  isBusy = false;
  if (asked !== page) refresh();
  else if (!document.hidden) timer = setTimeout(refresh, pause);
}

function complain(error) {
  const text = error ? [error.message, error.hint].filter(Boolean).join("; ") : "";
  if (trouble.textContent !== text) trouble.textContent = text;
  trouble.hidden = !text;
  document.getElementById("pulse").textContent = error ? "not up to date" : "live";
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='./']");
  const isPlain = !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !isPlain) return;
  event.preventDefault();
  history.pushState(null, "", link.getAttribute("href"));
  open();
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
});
addEventListener("popstate", open);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});

open();
