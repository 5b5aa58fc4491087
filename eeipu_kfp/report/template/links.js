"use strict";
/* In a frame's srcdoc, as the UI of Kubeflow Pipelines shows this page, a link to a part of it would
   load the page around the frame instead: its address is what such links are relative to. */
(() => {
  if (location.protocol !== "about:") return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    event.preventDefault();
    document.querySelector(link.getAttribute("href")).scrollIntoView();
  });
})();
