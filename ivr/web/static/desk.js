// The little that the desk's pages do by themselves. Everything essential works without it.
"use strict";

// A copy button puts its number on the clipboard and says so.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  navigator.clipboard.writeText(button.dataset.copy).then(() => {
    button.textContent = button.dataset.copied;
  });
});

// The number waiting, in the page's title, as the live part of the page brings it.
document.addEventListener("htmx:afterSwap", () => {
  const live = document.querySelector("[data-title]");
  if (live) document.title = live.dataset.title;
});

// "Print" prints.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// What can be undone for ten seconds is offered for ten seconds.
document.querySelectorAll("[data-fades]").forEach((offer) => setTimeout(() => offer.remove(), 10000));
