// The voice of the telephone in the browser: speech in the language of what is said, and the tones of the keys.
// Knows nothing of calls. Where a browser has no voice for a language, nothing is said and the words are shown.

const BEGINS = 2500;       // milliseconds that a voice may take to begin: some are listed that never do
const LONGEST = 8000;     // milliseconds that it may take to end ...
const PER_LETTER = 200;   // ... and for each letter: some never say that they have ended

let muted = false;
let dumb = false;         // a voice did not begin: there is none for the rest of the call
let audio = null;
let stopPlaying = () => {};
let speaking = null;      // kept, for a browser may drop an utterance that nobody holds, and then never ends it

export function mute(off) {
  muted = off;
  if (muted) hush();
}

export function hush() {
  window.speechSynthesis?.cancel();
  stopPlaying();
}

function voices() {
  return window.speechSynthesis?.getVoices() ?? [];
}

function worth(voice, language) {
  const spoken = voice.lang.replace("_", "-").toLowerCase();
  const wanted = language.toLowerCase();
  if (spoken.slice(0, 2) !== wanted.slice(0, 2)) return 0;
  const natural = /natural|neural|premium|enhanced|google/i.test(voice.name) ? 1 : 0;
  return 2 + natural + (spoken === wanted ? 4 : 0) + (spoken === "en-gb" ? 1 : 0);
}

// The voice that speaks a language best: of its country before others, natural before others; none of another language.
export function best(language) {
  const known = voices().map((voice) => [worth(voice, language), voice]).filter(([points]) => points > 0);
  return known.sort((one, other) => other[0] - one[0])[0]?.[1] ?? null;
}

// Whether a voice that is listed has not begun to speak; a new call tries it again.
export function isDumb() {
  return dumb;
}

export function tryAgain() {
  dumb = false;
}

// The languages that nobody speaks here, by name.
export function missing(languages) {
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  return languages.filter((each) => !best(each)).map((each) => names.of(each.slice(0, 2)));
}

// Speaks until the end, or until the signal says stop. Tells whether it was heard.
export function say(words, language, signal) {
  const voice = muted || dumb ? null : best(language);
  if (!voice) return Promise.resolve(false);
  return new Promise((tell) => {
    const utterance = Object.assign(new SpeechSynthesisUtterance(words), { lang: language, voice });
    const ended = (heard) => {
      clearTimeout(patience);
      clearTimeout(beginning);
      tell(heard);
    };
    const patience = setTimeout(() => { hush(); ended(false); }, LONGEST + PER_LETTER * words.length);
    const beginning = setTimeout(() => { dumb = true; hush(); ended(false); }, BEGINS);
    utterance.onstart = () => clearTimeout(beginning);
    utterance.onend = () => ended(true);
    utterance.onerror = () => ended(false);
    signal.addEventListener("abort", () => { hush(); ended(true); }, { once: true });
    speaking = utterance;
    window.speechSynthesis.speak(speaking);
  });
}

// Plays a recording of this service until its end, or until the signal says stop. Tells whether it was heard.
// Only its path counts: the public address may lead through a tunnel, and this page may play what is its own.
export function play(recording, signal) {
  if (muted) return Promise.resolve(false);
  return new Promise((tell) => {
    const sound = new Audio(new URL(recording, location.href).pathname);
    const ended = (heard) => {
      tell(heard);             // first: a sound that is paused before it begins is an error too
      sound.pause();
    };
    sound.onended = () => ended(true);
    sound.onerror = () => ended(false);
    stopPlaying = () => ended(false);
    signal.addEventListener("abort", () => ended(true), { once: true });
    sound.play().catch(() => ended(false));
  });
}

// -- tones

const ROWS = [697, 770, 852, 941];          // hertz
const COLUMNS = [1209, 1336, 1477];
const KEYS = "123456789*0#";

export function beep(key) {
  if (muted || !window.AudioContext) return;
  audio ??= new AudioContext();
  const place = KEYS.indexOf(key);
  tone(ROWS[Math.floor(place / 3)]);
  tone(COLUMNS[place % 3]);
}

function tone(frequency) {
  const sounds = new OscillatorNode(audio, { frequency });
  const loud = new GainNode(audio, { gain: 0.06 });
  sounds.connect(loud).connect(audio.destination);
  sounds.start();
  sounds.stop(audio.currentTime + 0.13);
}
