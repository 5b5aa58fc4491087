"use strict";
/* What a mark says is taken out of its title, which browsers would show late and in small letters. */
function takeUpMarks(root) {
  for (const title of root.querySelectorAll("svg title")) {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  }
}

takeUpMarks(document);

(() => {
  const tip = document.body.appendChild(document.createElement("div"));
  tip.id = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");

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
})();
