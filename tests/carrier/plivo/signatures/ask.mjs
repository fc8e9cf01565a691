// Makes up some hundred webhooks, signs them, and writes down what the carrier's library for Node says of each; ask.py
// adds what the one for Python says. tests/carrier/plivo/test_agreement.py asks our guard the same. Always the same
// webhooks, so a new answer is a new library.
//
//   cd tests/carrier/plivo/signatures && npm ci && python3 -m venv .venv && .venv/bin/pip install plivo==4.63.0
//   node ask.mjs | .venv/bin/python ask.py > answers.json

import { createHmac } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { validateV3Signature } = require("plivo/dist/utils/v3Security.js");
const { version } = require("plivo/package.json");

const TOKEN = "my_auth_token_0123456789abcdef0123456789";
const OLDER = "an_older_token_0123456789abcdef012345678";

// -- chance that is always the same (an LCG of Knuth's)

let state = 20261128n;
function below(count) {
  state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
  return Number((state >> 33n) % BigInt(count));
}
const one = (list) => list[below(list.length)];
const letters = (count, among) => Array.from({ length: count }, () => one([...among])).join("");

// -- the carrier, as its documentation says it signs

function pairsOf(query) {
  if (!query) return [];
  const plain = (word) => decodeURIComponent(word.replaceAll("+", " "));
  return query.split("&").map((pair) => [plain(pair.split("=")[0]), plain(pair.split("=").slice(1).join("="))]);
}
const byName = (one, other) => (one[0] + "\0" + one[1] < other[0] + "\0" + other[1] ? -1 : 1);

function sign(token, url, form, nonce) {
  const [bare, query] = url.split("#")[0].split("?");
  const asked = pairsOf(query).sort(byName).map(([name, value]) => `${name}=${value}`).join("&");
  const posted = [...form].sort(byName).map(([name, value]) => name + value).join("");
  const joint = asked || posted ? "?" : "";
  const text = bare + joint + asked + (asked && posted ? "." : "") + posted + "." + nonce;
  return createHmac("sha256", token).update(text, "utf8").digest("base64");
}

// -- what webhooks are made of

const HOSTS = ["line.example", "line.example", "line.example:8443", "line.clinic.example", "127.0.0.1:8000"];
const PATHS = ["/voice", "/voice/main", "/voice/again/main", "/voice/status", "/voice/answered", "/voice/book_day"];
const QUERIES = [
  "", "", "line=main&lang=en", "lang=hi&line=third", "line=main&lang=en&silent=1", "line=main&lang=hi&s=2&w=1&m=1",
  "line=main&lang=en&c=gAAAAABpKcJY-_x7%3D%3D", "c=gAAAAABpKcJY%3D&line=main", "s=1&line=main&lang=en&w=", "line=a%20b",
];
const STATUSES = ["ringing", "in-progress", "completed", "busy", "failed", "timeout", "no-answer"];
const uuid = () => [8, 4, 4, 4, 12].map((length) => letters(length, "0123456789abcdef")).join("-");

function form() {
  const about = [["CallUUID", uuid()], ["From", "919999900001"], ["To", "918065551234"], ["CallStatus", one(STATUSES)]];
  const more = [
    ["Direction", "inbound"], ["Event", one(["StartApp", "GetInput", "Redirect", "Hangup"])], ["Digits", letters(1 + below(10), "0123456789*#")],
    ["ForwardedFrom", "918090080906"], ["DialStatus", "completed"], ["DialBLegUUID", uuid()], ["DialALegUUID", uuid()],
    ["BillRate", "0.0085"], ["SessionStart", "2026-11-28 21:30:00.123456"], ["CallerName", "+919999900001"], ["Empty", ""],
    ["Words", one(["नमस्ते डॉक्टर", "a+b", "a&b=c", "é", " 1 ", "line\nbreak", "😀"])], ["RouteType", "domestic_anchored"],
  ];
  return [...about, ...more.filter(() => below(3) === 0)];
}

function webhook() {
  const query = one(QUERIES);
  const url = `${one(["https", "https", "https", "http"])}://${one(HOSTS)}${one(PATHS)}${query && "?"}${query}`;
  const method = one(["POST", "POST", "POST", "POST", "GET"]);
  const fields = method === "GET" ? [] : form();
  const nonce = letters(20, "0123456789");
  return { method, url, form: fields, token: TOKEN, nonce, signature: sign(TOKEN, url, fields, nonce) };
}

const posted = (make) => (hook) => {
  const whole = { ...hook, method: "POST", form: form() };
  return make({ ...whole, signature: sign(TOKEN, whole.url, whole.form, whole.nonce) });
};
const asking = (make) => (hook) => {
  const whole = { ...hook, url: `${hook.url.split("?")[0]}?line=main&lang=en` };
  return make({ ...whole, signature: sign(TOKEN, whole.url, whole.form, whole.nonce) });
};
const again = (hook) => ({ ...hook, signature: sign(TOKEN, hook.url, hook.form, hook.nonce) });
const other = (form, name, value) => form.map((field) => (field[0] === name ? [name, value] : field));
const flipped = (word, at) => word.slice(0, at) + (word[at] === "A" ? "B" : "A") + word.slice(at + 1);

// Every kind makes a webhook from one that the carrier has signed.
const KINDS = {
  "signed": (hook) => hook,
  "signed with two tokens, ours first": (hook) => ({ ...hook, signature: `${hook.signature},${sign(OLDER, hook.url, hook.form, hook.nonce)}` }),
  "signed with two tokens, ours last": (hook) => ({ ...hook, signature: `${sign(OLDER, hook.url, hook.form, hook.nonce)},${hook.signature}` }),
  "signed with two tokens, neither ours": (hook) => ({
    ...hook,
    signature: `${sign(OLDER, hook.url, hook.form, hook.nonce)},${sign("x", hook.url, hook.form, hook.nonce)}`,
  }),
  "no fields at all": (hook) => again({ ...hook, method: "POST", form: [] }),
  "the query in another order": asking((hook) => ({ ...hook, url: `${hook.url.split("?")[0]}?lang=en&line=main` })),
  "the query in another spelling": asking((hook) => ({ ...hook, url: hook.url.replace("main", "m%61in") })),
  "the query repeated, signed": asking((hook) => again({ ...hook, url: `${hook.url}&s=2&s=1` })),
  "a fragment": posted((hook) => ({ ...hook, url: `${hook.url}#ct=1000&rc=2` })),
  "another token": (hook) => ({ ...hook, signature: sign(OLDER, hook.url, hook.form, hook.nonce) }),
  "an empty token": (hook) => ({ ...hook, signature: createHmac("sha256", "").update(hook.url).digest("base64") }),
  "an empty signature": (hook) => ({ ...hook, signature: "" }),
  "an empty nonce": (hook) => ({ ...hook, nonce: "" }),
  "another nonce": (hook) => ({ ...hook, nonce: letters(20, "0123456789") }),
  "a signature cut short": (hook) => ({ ...hook, signature: hook.signature.slice(0, -1) }),
  "a signature in small letters": (hook) => ({ ...hook, signature: hook.signature.toLowerCase() }),
  "a signature with one letter changed": (hook) => ({ ...hook, signature: flipped(hook.signature, below(43)) }),
  "a signature in other letters": (hook) => ({ ...hook, signature: "é".repeat(44) }),
  "a signature of the shorter hash": (hook) => ({ ...hook, signature: createHmac("sha1", TOKEN).update(hook.url).digest("base64") }),
  "other digits": posted((hook) => {
    const before = { ...hook, form: [...hook.form.filter(([name]) => name !== "Digits"), ["Digits", "1"]] };
    return { ...again(before), form: other(before.form, "Digits", "2") };
  }),
  "another caller": posted((hook) => ({ ...hook, form: other(hook.form, "From", "919999900009") })),
  "another call": posted((hook) => ({ ...hook, form: other(hook.form, "CallUUID", uuid()) })),
  "a field added": posted((hook) => ({ ...hook, form: [...hook.form, ["More", "1"]] })),
  "a field taken away": posted((hook) => ({ ...hook, form: hook.form.slice(1) })),
  "a name's letters made small": posted((hook) => ({ ...hook, form: hook.form.map(([n, v]) => [n === "From" ? "from" : n, v]) })),
  "all fields taken away": posted((hook) => ({ ...hook, form: [] })),
  "another line in the query": asking((hook) => ({ ...hook, url: hook.url.replace("line=main", "line=third") })),
  "the query left out": asking((hook) => ({ ...hook, url: hook.url.split("?")[0] })),
  "a query added": (hook) => ({ ...hook, url: `${hook.url}${hook.url.includes("?") ? "&" : "?"}more=1` }),
  "another host": (hook) => ({ ...hook, url: hook.url.replace(/:\/\/[^/]+/, "://elsewhere.example") }),
  "another scheme": (hook) => ({ ...hook, url: hook.url.startsWith("https") ? hook.url.replace("https", "http") : hook.url.replace("http", "https") }),
  "another path": (hook) => ({ ...hook, url: hook.url.replace("/voice", "/desk") }),
  "a slash at the end of the path": (hook) => ({ ...hook, url: hook.url.replace(/\?|$/, (end) => `/${end}`) }),
  "the port written out": (hook) => {
    const plain = { ...hook, url: hook.url.replace(/:\/\/[^/]+/, "://line.example") };
    return { ...again(plain), url: plain.url.replace("line.example", plain.url.startsWith("https") ? "line.example:443" : "line.example:80") };
  },
  "the borders between fields drawn anew": posted((hook) => {
    const rest = hook.form.filter(([name]) => !["CallStatus", "CallUUID"].includes(name));
    const id = hook.form.find(([name]) => name === "CallUUID")[1];
    const whole = again({ ...hook, form: [...rest, ["CallStatus", "ringing"], ["CallUUID", id]] });
    return { ...whole, form: [...rest, ["CallStatus", `ringingCallUUID${id}`]] };
  }),
};

function asObject(form) {
  const found = {};
  for (const [name, value] of form) found[name] = name in found ? [found[name], value].flat() : value;
  return found;
}

function ask({ method, url, form, token, nonce, signature }) {
  try {
    return validateV3Signature(method, url, nonce, token, signature, asObject(form));
  } catch (error) {
    return error.constructor.name;
  }
}

const OFTEN = { signed: 80 };
const webhooks = Object.entries(KINDS).flatMap(([kind, make]) =>
  Array.from({ length: OFTEN[kind] ?? 8 }, () => {
    const { method, url, form, token, nonce, signature } = make(webhook());
    const made = { kind, method, url, form, token, nonce, signature };
    return { ...made, node: ask(made) };
  }),
);
process.stdout.write(JSON.stringify({ node: version, webhooks }));
