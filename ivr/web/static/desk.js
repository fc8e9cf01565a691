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
  kept = { at: document.activeElement, card: card && [...document.querySelectorAll("#list .cards > .card")].indexOf(card) };
});

// The number waiting, in the page's title, as the live part of the page brings it.
document.addEventListener("htmx:afterSwap", () => {
  const live = document.querySelector("[data-title]");
  if (live && document.title !== live.dataset.title) document.title = live.dataset.title;
  keepFocus();
  makeKnown();
});

function keepFocus() {
  if (!kept || kept.at === document.body || document.activeElement !== document.body) return;
  if (kept.at.isConnected) return kept.at.focus({ preventScroll: true });
  const cards = document.querySelectorAll("#list .cards > .card");
  const next = kept.card === null ? null : cards[Math.min(kept.card, cards.length - 1)];
  const place = (next && next.querySelector("a, button")) || document.querySelector("#list, #live");
  if (place && !place.matches("a, button")) place.tabIndex = -1;
  if (place) place.focus({ preventScroll: true });
}

// A request that has become due makes itself known, where the person has asked for it on this device.
const knownBy = document.getElementById("known-by");
let due = dueNow();

function dueNow() {
  return new Set(document.querySelector("[data-due]")?.dataset.due.split(" ").filter(Boolean));
}

function wishes(name) {
  return localStorage.getItem(`known by ${name} ${knownBy.dataset.person}`) === "yes";
}

function makeKnown() {
  const now = dueNow();
  const isNew = [...now].some((each) => !due.has(each));
  due = now;
  if (!isNew || !knownBy) return;
  if (wishes("sound")) sound();
  if (wishes("notification") && globalThis.Notification?.permission === "granted") {
    new Notification(knownBy.dataset.words, { tag: "due" });
  }
}

function sound() {
  const device = new AudioContext();
  const tone = device.createOscillator();
  const loudness = device.createGain();
  loudness.gain.setValueAtTime(0.2, device.currentTime);
  loudness.gain.exponentialRampToValueAtTime(0.001, device.currentTime + 0.6);
  tone.frequency.value = 660;
  tone.connect(loudness).connect(device.destination);
  tone.start();
  tone.stop(device.currentTime + 0.6);
  tone.onended = () => device.close();
}

if (knownBy) {
  knownBy.hidden = false;
  knownBy.querySelectorAll("input").forEach((box) => { box.checked = wishes(box.name); });
  knownBy.addEventListener("change", async ({ target: box }) => {
    if (box.checked && box.name === "sound") sound();
    if (box.checked && box.name === "notification") {
      box.checked = (await globalThis.Notification?.requestPermission()) === "granted";
      knownBy.querySelector("[role=status]").textContent = box.checked ? "" : knownBy.dataset.refused;
    }
    localStorage.setItem(`known by ${box.name} ${knownBy.dataset.person}`, box.checked ? "yes" : "no");
  });
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

// What is typed is kept by the server while it is typed, for the person who types it: a session may end, a tab may be
// closed. Nothing is kept in the browser, where the next person at this desk could find it.
const typing = { form: null, timer: 0, sending: null, leaves: false };
const PAUSE = 1000; // milliseconds without a key, after which what stands there is sent

function keepTyped() {
  const form = typing.form;
  clearTimeout(typing.timer);
  if (!form) return typing.sending;
  typing.form = null;
  const body = new URLSearchParams(new FormData(form));
  body.set("place", form.dataset.typed);
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  typing.sending = fetch("/desk/drafts", { method: "POST", body, headers, keepalive: true })
    .then((answer) => {
      const login = answer.headers.get("HX-Redirect");
      if (login) {
        typing.leaves = true;
        location.assign(login);
      } else if (!answer.ok) typing.form ??= form; // it goes along with the next key
    })
    .catch(() => { typing.form ??= form; })
    .finally(() => { typing.sending = null; });
  return typing.sending;
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.dataset.typed) return;
  if (typing.form && typing.form !== form) keepTyped();
  typing.form = form;
  clearTimeout(typing.timer);
  typing.timer = setTimeout(keepTyped, PAUSE);
});
addEventListener("pagehide", keepTyped);
addEventListener("pageshow", () => { typing.leaves = false; });
document.addEventListener("visibilitychange", () => document.hidden && keepTyped());

// A form that is sent needs no keeping; one beside it takes the page away, so what is typed elsewhere is kept first.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  // Where the session had ended, the login comes first: it tells that what was typed is kept.
  if (typing.leaves) return event.preventDefault();
  if (typing.form === form) {
    clearTimeout(typing.timer);
    typing.form = null;
  }
  const kept = keepTyped();
  if (!kept) return;
  event.preventDefault();
  kept.finally(() => typing.leaves || form.requestSubmit(submitter));
});

// "Take and call" takes the request and rings the patient, "Call" marks the missed call as called and rings its number,
// unless a colleague was first: then, as without this, the form is sent and its answer is shown.
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  const tel = submitter?.dataset.call;
  if (!tel || event.defaultPrevented || form.dataset.sent) return;
  event.preventDefault();
  form.dataset.sent = "yes";
  const answer = await fetch(submitter.getAttribute("formaction") ?? form.action, {
    method: "POST", body: new URLSearchParams(new FormData(form)),
  }).catch(() => null);
  const leads = submitter.dataset.leads ?? "/desk/requests/";
  const card = answer?.ok && answer.redirected && new URL(answer.url).pathname.startsWith(leads);
  if (!card) return form.requestSubmit(submitter);
  const call = document.createElement("a");
  call.href = tel;
  document.body.append(call);
  call.click();
  setTimeout(() => location.assign(answer.url), 100); // the telephone is asked first
});

// Enter in a field presses the button beside it, such as "Booked", where the card's one form has several.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.(".ends input[form]")) return;
  const button = event.target.closest(".ends").querySelector("button[form]");
  if (!button) return;
  event.preventDefault();
  button.click();
});

// A page that the browser has put by is not shown to whoever presses "Back" after it: it is asked for anew.
addEventListener("pagehide", (event) => {
  if (event.persisted) document.documentElement.hidden = true;
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// What is needed only where no script runs is out of the way where one does.
document.querySelectorAll("[data-without-script]").forEach((each) => { each.hidden = true; });

// A name that is known for the number is put into its field by one tap; without JavaScript the form comes back with it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  if (!button) return;
  event.preventDefault();
  const field = document.getElementById(button.dataset.fill);
  field.value = button.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// The keyboard stays in the diary where it was when a time changes; where the time has gone, at the one in its place.
let keptTime = null;
document.addEventListener("htmx:beforeSwap", () => {
  const at = document.activeElement;
  const time = at.closest("#diary .time, #live .time");
  keptTime = time && { at, list: time.parentElement.id, place: [...time.parentElement.children].indexOf(time) };
});
document.addEventListener("htmx:afterSwap", () => {
  if (!keptTime || document.activeElement !== document.body) return;
  if (keptTime.at.isConnected) return keptTime.at.focus({ preventScroll: true });
  const times = document.getElementById(keptTime.list)?.children ?? [];
  const place = times[Math.min(keptTime.place, times.length - 1)]?.querySelector("a, button");
  (place ?? document.querySelector("#diary"))?.focus({ preventScroll: true });
});
