// The little that the desk's pages do by themselves. Everything essential works without it.
"use strict";

// A copy button puts its number on the clipboard and says so. Where the browser gives pages no clipboard (over plain
// http, or where it is forbidden), it shows the words, selected, to be copied by hand.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const byHand = () => showToCopy(button);
  if (!navigator.clipboard) return byHand();
  navigator.clipboard.writeText(button.dataset.copy).then(() => {
    button.textContent = button.dataset.copied;
  }, byHand);
});

function showToCopy(button) {
  let place = button.parentElement.querySelector(".by-hand");
  if (!place) {
    place = document.createElement("div");
    place.className = "by-hand";
    const words = document.createElement("p");
    words.setAttribute("role", "alert");
    const field = document.createElement("textarea");
    field.readOnly = true;
    field.rows = Math.min(12, button.dataset.copy.split("\n").length);
    field.value = button.dataset.copy;
    field.setAttribute("aria-label", button.textContent);
    place.append(words, field);
    button.after(place);
  }
  place.firstChild.textContent = document.body.dataset.byHand;
  place.lastChild.focus();
  place.lastChild.select();
}

// What a live part has seen goes with its next question: also where nothing was new.
document.addEventListener("htmx:afterRequest", (event) => {
  const seen = event.detail.xhr.getResponseHeader("Seen");
  if (seen) event.detail.elt.setAttribute("hx-vals", JSON.stringify({ seen }));
});

// The keyboard stays where it was when a live part changes; where what it was at has gone, at what took its place.
let kept = null;
document.addEventListener("htmx:beforeSwap", () => {
  const card = document.activeElement.closest("#list .card");
  kept = { at: document.activeElement, card: card && [...card.parentElement.children].indexOf(card) };
});

// The number waiting, in the page's title, as the live part of the page brings it.
document.addEventListener("htmx:afterSwap", () => {
  const live = document.querySelector("[data-title]");
  if (live && document.title !== live.dataset.title) document.title = live.dataset.title;
  keepFocus();
});

function keepFocus() {
  if (!kept || kept.at === document.body || document.activeElement !== document.body) return;
  if (kept.at.isConnected) return kept.at.focus({ preventScroll: true });
  const cards = document.querySelectorAll("#list .cards:last-of-type > .card");
  const next = kept.card === null ? null : cards[Math.min(kept.card, cards.length - 1)];
  const place = (next && next.querySelector("a, button")) || document.querySelector("#list, #live");
  if (place && !place.matches("a, button")) place.tabIndex = -1;
  if (place) place.focus({ preventScroll: true });
}

// "Print" prints.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// What can be undone for ten seconds is offered for ten seconds, and for as long as the keyboard is at it.
document.querySelectorAll("[data-fades]").forEach((offer) =>
  setTimeout(() => {
    if (!offer.contains(document.activeElement)) return offer.remove();
    offer.addEventListener("focusout", () => offer.remove());
  }, 10000)
);
