/* Elements, written as calls. */

/** Return an element; a child is a node, a text, or null for none. Texts stay texts. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Return an element that holds HTML which the server has made and escaped. */
export function drawn(name, attributes, html) {
  const made = element(name, attributes);
  made.innerHTML = html;
  return made;
}

const FOCUSABLE = "a[href],button,input,summary,[tabindex='0']";

/** Replace what an element holds; what is in focus, open or scrolled stays so where it is still there. */
export function replace(holder, ...children) {
  const focused = [...holder.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  const open = [...holder.querySelectorAll("details")].map((details) => details.open);
  const scrolled = [...holder.querySelectorAll(".scroll")].map((box) => [box.scrollLeft, box.scrollTop]);
  holder.replaceChildren(...children);
  holder.querySelectorAll("details").forEach((details, index) => {
    if (open[index]) details.open = true;
  });
  holder.querySelectorAll(".scroll").forEach((box, index) => {
    if (scrolled[index]) [box.scrollLeft, box.scrollTop] = scrolled[index];
  });
  if (focused >= 0) holder.querySelectorAll(FOCUSABLE)[focused]?.focus({ preventScroll: true });
}

/** Return `1 trial`, `1,000 trials`. */
export function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** Return what a text consists of; what stands between backticks is code. */
export function prose(text) {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

/** Return where an experiment stands, marked by colour and by a sign. */
export function standing(found) {
  return element("span", { class: `state kind-${found.kind}` }, found.words);
}
