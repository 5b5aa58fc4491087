"use strict";
(() => {
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
