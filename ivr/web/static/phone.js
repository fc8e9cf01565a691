// A telephone in the browser: what is heard, what is pressed, and when nothing is.
// Where a call goes, the service says; what a call is, it gives us sealed and gets back as it was.
import { beep, best, hush, isDumb, missing, mute, play, say, tryAgain } from "./phone_voice.js";

const $ = (id) => document.getElementById(id);
const META = "meta[name=csrf-token]";
const READS = 60;          // milliseconds a letter, for whoever reads what nobody speaks
const TICK = 250;          // milliseconds
const LANGUAGES = [...document.querySelectorAll("#locales span")].map((each) => each.textContent);

let token = document.querySelector(META).content;   // another once somebody logs in at the desk in another tab
let call = null;           // the call in hand; nothing of it outlives the page

const fresh = () => ({
  sealed: "",              // what the service wants back
  waits: {},               // what it waits for
  keys: "",                // keyed so far
  asking: true,            // the service is asked
  open: false,             // a key counts now
  waiting: false,          // all was heard, and somebody is to act
  reading: 0,              // milliseconds that reading takes what nobody spoke
  hearing: new AbortController(),
});

// -- asking the service

async function ask(what, fields, keepalive = false) {
  try {
    let answer = await post(what, fields, keepalive);
    if (answer.status === 400 && await anotherToken()) answer = await post(what, fields, keepalive);
    return answer.ok ? await answer.json() : refused(answer.status);
  } catch {
    return { trouble: "This service does not answer.", hint: "Is it still running? Start it again: make run" };
  }
}

function post(what, fields, keepalive) {
  const headers = { "X-CSRFToken": token };
  return fetch(`/phone/${what}`, { method: "POST", headers, body: new URLSearchParams(fields), keepalive });
}

// Whether the page now has a token that differs: the old one goes when somebody logs in or out in another tab.
async function anotherToken() {
  const page = new DOMParser().parseFromString(await (await fetch("/phone")).text(), "text/html");
  const before = token;
  token = page.querySelector(META)?.content ?? before;
  return token !== before;
}

function refused(status) {
  if (status === 400) return { trouble: "This page is from before.", hint: "Load it again, and call again." };
  return { trouble: `This service answered ${status}.`, hint: "What make run prints says why." };
}

// -- a call, from moment to moment

function ring() {
  const caller = $("caller").value === "other" ? $("other").value.trim() || "?" : $("caller").value;
  hush();
  tryAgain();
  call = fresh();
  begins(call);
  follow(call, ask("ring", { line: $("line").value, caller, carrier: $("carrier").value }));
}

function goOn(mine, pressed) {
  follow(mine, ask("go-on", { call: mine.sealed, pressed }));
}

// Hears what the service answers, then waits as it says.
async function follow(mine, asked) {
  const signal = anew(mine);
  Object.assign(mine, { open: false, waiting: false, asking: true, keys: "" });
  show(mine);
  const moment = await asked;
  mine.asking = false;
  mine.sealed = moment.call ?? mine.sealed;
  if (call !== mine) return tellTheEnd(mine);
  if (moment.trouble) return dead(mine, moment);
  mine.waits = moment.waits;
  await hear(mine, moment.heard, signal);
  if (!signal.aborted) WAITS[moment.waits.for](mine, signal);
}

// What was going on in the call ends here; what begins may be stopped by this signal.
function anew(mine) {
  mine.hearing.abort();
  mine.hearing = new AbortController();
  return mine.hearing.signal;
}

const WAITS = {
  keys(mine, signal) {
    mine.open = true;
    countDown(mine, signal);
  },
  reception(mine, signal) {
    mine.reading = 0;
    receptionRings(mine.waits);
    countDown(mine, signal);
  },
  nothing(mine) { goOn(mine, ""); },
  over(mine) { end(mine, "The clinic has hung up."); },
};

async function hear(mine, sounds, signal) {
  mine.reading = 0;
  for (const sound of sounds) {
    mine.open = sound.cuttable;
    show(mine);
    await (sound.words ? hearWords(mine, sound, signal) : pause(sound.seconds * 1000, signal));
    if (signal.aborted) return;
  }
}

const sentences = (words) => words.split(/(?<=[.!?।])\s+/);

// Written as it stands, read aloud with its numbers digit by digit.
async function hearWords(mine, { words, aloud, language, recording }, signal) {
  if (recording && await hearRecording(words, language, recording, signal)) return;
  const spoken_as = sentences(aloud || words);
  for (const [number, sentence] of sentences(words).entries()) {
    const line = write("sentence", sentence, language);
    line.classList.add("now");
    const spoken = await say(spoken_as[number] ?? sentence, language, signal);
    line.classList.remove("now");
    if (signal.aborted) return;
    if (isDumb()) voiceless("This browser's voice does not begin: the call is shown only.");
    if (!spoken) mine.reading += sentence.length * READS;
  }
}

// Whether a recording was heard; if not, it is as though there were none, and its sentence is spoken.
async function hearRecording(words, language, recording, signal) {
  const line = write("sentence", words, language);
  line.classList.add("now");
  const heard = await play(recording, signal);
  line.classList.remove("now");
  if (!heard) line.remove();
  return heard;
}

function pause(milliseconds, signal) {
  return new Promise((over) => {
    const timer = setTimeout(over, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); over(); }, { once: true });
  });
}

function end(mine, words) {
  write("event", words);
  layDown(mine, "The call is over");
  if (!mine.asking) tellTheEnd(mine); // otherwise, once the service has answered
}

function dead(mine, said) {
  trouble(said);
  layDown(mine, "The line is dead");
  tellTheEnd(mine);
}

async function tellTheEnd(mine, keepalive = false) {
  if (!mine.sealed) return;
  const said = await ask("hang-up", { call: mine.sealed }, keepalive);
  if (said.trouble && $("trouble").hidden) trouble(said);
}

function layDown(mine, words) {
  anew(mine);
  clearInterval(mine.clock);
  call = null;
  ends(words);
}

// -- keys

function press(key) {
  beep(key);
  light(key);
  if (!call) return;
  if (!call.open) return hint(call);
  const { digits, ends_with } = call.waits;
  if (key === ends_with) return send(call, call.keys || key);
  call.keys += key;
  if (call.keys.length === digits) return send(call);
  call.reading = 0;
  countDown(call, anew(call));
}

function send(mine, pressed = mine.keys) {
  const { keys } = mine;
  write("pressed", pressed ? `You press ${pressed}` : "You stay silent");
  goOn(mine, keys);
}

function staySilent() {
  call.keys = "";
  send(call);
}

function hint(mine) {
  if (ringsReception(mine)) return;
  $("state").textContent = mine.asking ? "One moment …" : "This is heard to its end first";
}

// -- silence

async function countDown(mine, signal) {
  mine.waiting = true;
  show(mine);
  if (!$("counts").checked) return;
  const reading = mine.reading;
  mine.reading = 0;
  left(1, 1, reading ? "time to read" : "");
  await pause(reading, signal);
  const { seconds, for: whom } = mine.waits;
  const what = whom === "reception" ? "no answer" : mine.keys ? "sent" : "silence";
  for (let gone = 0; gone < seconds * 1000 && !signal.aborted; gone += TICK) {
    const remain = seconds - gone / 1000;
    left(remain, seconds, `${what} in ${Math.ceil(remain)} s`);
    await pause(TICK, signal);
  }
  if (signal.aborted) return;
  if (whom === "reception") receptionDoes(""); else send(mine);
}

function left(remain, of, words) {
  $("silence").hidden = false;
  $("left").max = of;
  $("left").value = remain;
  $("left-words").textContent = words;
}

function countsOrNot() {
  if (call?.waiting) countDown(call, anew(call));
}

// -- the reception

function receptionRings({ hears }) {
  const lines = hears.filter((each) => each.words).map((each) => paragraph("sentence", each.words, each.language));
  $("reception-hears").replaceChildren(...lines);
  $("reception").hidden = false;
  toTheEnd();
  $("reception").querySelector("button").focus();
}

function ringsReception(mine) {
  return mine.waiting && !mine.asking && mine.waits.for === "reception";
}

function receptionDoes(pressed) {
  const button = $("reception").querySelector(`[data-reception="${pressed}"]`);
  write("event", `The reception ${button.textContent.toLowerCase()}`);
  if ($("reception").contains(document.activeElement)) $("keypad").focus();
  goOn(call, pressed);
}

// -- what is seen

function paragraph(kind, words, language) {
  const line = Object.assign(document.createElement("p"), { className: kind, textContent: words });
  if (language) line.lang = language;
  return line;
}

function write(kind, words, language) {
  const line = paragraph(kind, words, language);
  $("log").append(line);
  toTheEnd();
  return line;
}

function toTheEnd() {
  $("log").scrollTop = $("log").scrollHeight;
}

function show(mine) {
  const connected = ringsReception(mine) ? "The reception's telephone rings" : "Connected";
  $("state").textContent = mine.open ? "Press a key" : connected;
  $("keyed").textContent = mine.keys;
  $("stay-silent").disabled = !mine.open;
  $("silence").hidden = true;
  if (mine.asking) $("reception").hidden = true;
}

function voiceless(words) {
  $("voiceless").hidden = !words;
  $("voiceless").textContent = words;
}

function begins(mine) {
  $("log").replaceChildren();
  $("trouble").hidden = true;
  inCall(true);
  $("keypad").focus();
  const silent = missing(LANGUAGES);
  voiceless(silent.length ? `This browser has no voice for ${silent.join(" and ")}: it is shown only.` : "");
  write("event", `You call ${$("line").selectedOptions[0].textContent}`);
  const began = Date.now();
  mine.clock = setInterval(() => clock(began), 1000);
  clock(began);
}

function ends(words) {
  inCall(false);
  $("state").textContent = words;
  $("silence").hidden = $("reception").hidden = true;
  $("stay-silent").disabled = true;
  $("keyed").textContent = "";
  toTheEnd();
  $("ring").focus();
}

function inCall(on) {
  $("telephone").classList.toggle("in-call", on);
  $("choices").hidden = $("ring").hidden = on;
  $("hang-up").hidden = !on;
}

function trouble({ trouble: what, hint: todo }) {
  $("trouble").replaceChildren(paragraph("", what), paragraph("", todo));
  $("trouble").hidden = false;
}

function clock(began) {
  const seconds = Math.floor((Date.now() - began) / 1000);
  $("timer").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function light(key) {
  const button = document.querySelector(`[data-key="${key}"]`);
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), 150);
}

// -- whoever holds it

$("choices").addEventListener("submit", (event) => { event.preventDefault(); if (!call) ring(); });
$("caller").addEventListener("change", () => { $("other-choice").hidden = $("caller").value !== "other"; });
$("hang-up").addEventListener("click", () => end(call, "You hang up."));
$("stay-silent").addEventListener("click", staySilent);
$("voice").addEventListener("change", () => mute(!$("voice").checked));
$("counts").addEventListener("change", countsOrNot);
$("keypad").addEventListener("click", (event) => {
  const button = event.target.closest("[data-key]");
  if (button) press(button.dataset.key);
});
$("reception").addEventListener("click", (event) => {
  const button = event.target.closest("[data-reception]");
  if (button) receptionDoes(button.dataset.reception);
});
document.addEventListener("keydown", (event) => {
  const elsewhere = event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input:not([type=checkbox])");
  if (!elsewhere && !event.repeat && /^[0-9*#]$/.test(event.key)) press(event.key);
});
window.addEventListener("pagehide", () => { if (call) tellTheEnd(call, true); hush(); });

best("en-IN"); // has the browser look for its voices
mute(!$("voice").checked);
$("telephone").hidden = false;
