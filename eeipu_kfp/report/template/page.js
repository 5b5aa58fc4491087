"use strict";
(() => {
  const tip = document.body.appendChild(document.createElement("div"));
  tip.id = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");

  for (const title of document.querySelectorAll("svg title")) {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  }

  const place = (event) => {
    const box = tip.getBoundingClientRect();
    const left = Math.min(event.clientX + 14, innerWidth - box.width - 8);
    const below = event.clientY + 16;
    const top = below + box.height > innerHeight ? event.clientY - box.height - 12 : below;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = Math.max(8, top) + "px";
  };

  let lit = null;
  const light = (trial) => {
    if (trial === lit) return;
    for (const old of document.querySelectorAll(".lit")) old.classList.remove("lit");
    lit = trial;
    document.body.classList.toggle("dim", trial !== null);
    if (trial === null) return;
    for (const mark of document.querySelectorAll(`[data-trial="${trial}"]`)) {
      mark.classList.add("lit");
    }
  };

  document.addEventListener("pointerover", (event) => {
    const told = event.target.closest("[data-tip]");
    tip.hidden = !told;
    if (told) {
      tip.textContent = told.dataset.tip;
      place(event);
    }
    const trial = event.target.closest("[data-trial]");
    light(trial ? trial.dataset.trial : null);
  });
  document.addEventListener("pointermove", (event) => {
    if (!tip.hidden) place(event);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tip.hidden = true;
  });

  const body = document.querySelector("tbody");
  const value = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.by === undefined) return cell.textContent;
    return cell.dataset.by === "" ? -Infinity : Number(cell.dataset.by);
  };
  const sort = (heads, head, column) => {
    const up = head.getAttribute("aria-sort") === "descending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const rows = [...body.rows].map((row) => [value(row, column), row]);
    rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (up ? 1 : -1));
    body.append(...rows.map(([, row]) => row));
  };
  const heads = [...document.querySelectorAll("th")];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(heads, head, column));
    head.append(button);
  });
})();
