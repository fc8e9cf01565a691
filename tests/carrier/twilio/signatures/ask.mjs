// Makes up some hundred webhooks, signs them, and writes down what twilio-node's own validateRequest says of each.
// tests/carrier/twilio/test_agreement.py asks our guard the same. Always the same webhooks, so a new answer is a new twilio.
//
//   cd tests/carrier/twilio/signatures && npm ci && node ask.mjs > answers.json

import { createHmac } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { validateRequest } = require("twilio/lib/webhooks/webhooks.js");
const { version } = require("twilio/package.json");

const TOKEN = "0123456789abcdef0123456789abcdef";

// -- chance that is always the same (mulberry32)

let state = 20261123;
function chance() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (count) => Math.floor(chance() * count);
const one = (list) => list[below(list.length)];
const some = (list, most) => Array.from({ length: below(most + 1) }, () => one(list));

// -- the carrier, as its documentation says it signs: the address without a fragment, then each name with its values

function sign(token, url, form) {
  const fields = new Map();
  for (const [name, value] of form) fields.set(name, [...(fields.get(name) ?? []), value]);
  const names = [...fields.keys()].sort();
  const text = names.map((name) => [...new Set(fields.get(name))].sort().map((value) => name + value).join("")).join("");
  return createHmac("sha1", token).update(url + text, "utf8").digest("base64");
}

// -- what webhooks are made of

const HOSTS = ["line.example", "line.example:443", "line.example:8443", "127.0.0.1:8000", "LINE.example"];
const PATHS = ["/voice", "/voice/", "/voice/main", "/", "/voice/status", "/a//b", "/voice/%E0%A4%B9", "/voice;v=1", "/a'b(c)!"];
const QUERIES = [
  "", "?line=main&lang=en", "?lang=en&line=main", "?s=1&s=2", "?empty=", "?bare", "?a=b+c", "?a=b%20c", "?a=%2B91",
  "?a=%E0%A4%B9%E0%A4%BF", "?c=gAAAAAB_-=.~", "?a=b&", "?a==", "?a=%27", "?a=(b)!*", "?x=/y?z",
];
const NAMES = ["CallSid", "From", "To", "Digits", "callsid", "Zebra", "नाम", "A B", "A+B", "SpeechResult", "x", "__proto__x"];
const VALUES = [
  "CA00000000000000000000000000000001", "+919999900001", "anonymous", "1", "*", "#", "", " ", " 1", "1 ", "a+b", "a b", "a%20b",
  "नमस्ते डॉक्टर", "पैर में ऐंठन है।", "a&b=c", "line\nbreak", "\t", "'\"<>", "é", "é", "😀", "0",
];

function webhook() {
  const scheme = one(["https", "https", "https", "http"]);
  const url = `${scheme}://${one(HOSTS)}${one(PATHS)}${one(QUERIES)}`;
  const method = one(["POST", "POST", "POST", "GET"]);
  const form = method === "GET" ? [] : some(NAMES, 7).map((name) => [name, one(VALUES)]);
  return { method, url, form, token: TOKEN, signature: sign(TOKEN, url, form) };
}

const port = (url) => /:(\d+)(?=[/?]|$)/.exec(url.slice(8))?.[0];
const withoutPort = (url) => (port(url) ? url.replace(port(url), "") : url);
const withPort = (url) => url.replace(/^(https?):\/\/([^/:?]+)(?=[/?]|$)/, (_, s, h) => `${s}://${h}:${s === "https" ? 443 : 80}`);
const signedAs = (hook, url, form = hook.form) => ({ ...hook, signature: sign(hook.token, url, form) });
const withForm = (hook, form) => ({ ...hook, method: "POST", form });
const flipped = (signature, at) => signature.slice(0, at) + (signature[at] === "A" ? "B" : "A") + signature.slice(at + 1);

// Every kind makes a webhook from one that the carrier has signed.
const KINDS = {
  "signed": (hook) => hook,
  "signed without the port": (hook) => signedAs(hook, withoutPort(hook.url)),
  "signed with the scheme's port": (hook) => signedAs(hook, withPort(hook.url)),
  "signed for another port": (hook) => signedAs(hook, withoutPort(hook.url).replace(/(:\/\/[^/?]+)/, "$1:9443")),
  "a field repeated": (hook) => {
    const form = [...hook.form, ["AddOn", "b"], ["AddOn", "a"], ["AddOn", "b"]];
    return signedAs(withForm(hook, form), hook.url, form);
  },
  "a repeated field signed once": (hook) =>
    signedAs(withForm(hook, [...hook.form, ["AddOn", "b"], ["AddOn", "a"]]), hook.url, [...hook.form, ["AddOn", "b"]]),
  "an empty field": (hook) => signedAs(withForm(hook, [...hook.form, ["Empty", ""]]), hook.url, [...hook.form, ["Empty", ""]]),
  "a field with blanks trimmed": (hook) =>
    signedAs(withForm(hook, [...hook.form, ["Words", "a"]]), hook.url, [...hook.form, ["Words", " a "]]),
  "another token": (hook) => ({ ...hook, signature: sign(TOKEN.replace("0", "1"), hook.url, hook.form) }),
  "an empty token": (hook) => ({ ...hook, signature: sign("", hook.url, hook.form) }),
  "no signature": (hook) => ({ ...hook, signature: null }),
  "an empty signature": (hook) => ({ ...hook, signature: "" }),
  "a signature cut short": (hook) => ({ ...hook, signature: hook.signature.slice(0, -1) }),
  "a signature with a blank": (hook) => ({ ...hook, signature: `${hook.signature} ` }),
  "a signature in small letters": (hook) => ({ ...hook, signature: hook.signature.toLowerCase() }),
  "a signature with one letter changed": (hook) => ({ ...hook, signature: flipped(hook.signature, below(26)) }),
  "a signature in other letters": (hook) => ({ ...hook, signature: "é".repeat(28) }),
  "a signature of the wider hash": (hook) => ({
    ...hook,
    signature: createHmac("sha256", TOKEN).update(hook.url, "utf8").digest("base64"),
  }),
  "a field added": (hook) => withForm(hook, [...hook.form, ["More", "1"]]),
  "a field taken away": (hook) => signedAs(withForm(hook, hook.form), hook.url, [...hook.form, ["More", "1"]]),
  "a value changed": (hook) =>
    signedAs(withForm(hook, [...hook.form, ["Digits", "2"]]), hook.url, [...hook.form, ["Digits", "1"]]),
  "a name's letters made small": (hook) =>
    signedAs(withForm(hook, [...hook.form, ["answer", "1"]]), hook.url, [...hook.form, ["Answer", "1"]]),
  "another host": (hook) => ({ ...hook, url: hook.url.replace(/line\.example|127\.0\.0\.1|LINE\.example/, "elsewhere.example") }),
  "another scheme": (hook) => ({
    ...hook,
    url: hook.url.startsWith("https") ? hook.url.replace("https", "http") : hook.url.replace("http", "https"),
  }),
  "a slash at the end": (hook) => ({ ...hook, url: hook.url.replace(/(\/[^?]*)?(?=\?|$)/, (path) => `${path}/`) }),
  "the query in another order": (hook) => {
    const [before, query] = hook.url.split("?");
    return { ...hook, url: query?.includes("&") ? `${before}?${query.split("&").reverse().join("&")}` : `${before}?more=1` };
  },
  "the query left out": (hook) => signedAs(hook, hook.url.split("?")[0]),
  "a query added": (hook) => ({ ...hook, url: hook.url + (hook.url.includes("?") ? "&" : "?") + "more=1" }),
  "an empty query": (hook) => signedAs({ ...hook, url: `${hook.url.split("?")[0]}?` }, hook.url.split("?")[0]),
  "an empty query, signed": (hook) => ({ ...signedAs(hook, `${hook.url.split("?")[0]}?`), url: `${hook.url.split("?")[0]}?` }),
  "a fragment": (hook) => ({ ...hook, url: `${hook.url}#rc=2` }),
  "a user in the address": (hook) => ({ ...hook, url: hook.url.replace("://", "://user:word@") }),
  "a user in the address, signed": (hook) => {
    const url = hook.url.replace("://", "://user:word@");
    return { ...signedAs(hook, url), url };
  },
  "a user in the address, signed without the port": (hook) => {
    const url = hook.url.replace("://", "://user:word@");
    return { ...signedAs(hook, url.replace(/:\d+(?=[/?]|$)/, "")), url };
  },
  "an address by number": (hook) => {
    const url = hook.url.replace(/:\/\/[^/?]+/, one(["://[2001:db8::1]", "://[2001:db8::1]:8443"]));
    return { ...signedAs(hook, url), url };
  },
  "an address by number, signed without the port": (hook) => {
    const url = hook.url.replace(/:\/\/[^/?]+/, "://[2001:db8::1]:8443");
    return { ...signedAs(hook, url.replace(":8443", "")), url };
  },
  "the query signed in another spelling": (hook) => {
    const bare = hook.url.split("?")[0];
    return { ...signedAs(hook, `${bare}?a=%27%20`), url: `${bare}?a='%20` };
  },
  "letters that are not ASCII in the query, signed": (hook) => {
    const url = `${hook.url.split("?")[0]}?a=हिन्दी`;
    return { ...signedAs(hook, url), url };
  },
  "letters that are not ASCII in the query, signed as bytes": (hook) => {
    const bare = hook.url.split("?")[0];
    return { ...signedAs(hook, `${bare}?a=${encodeURIComponent("हिन्दी")}`), url: `${bare}?a=हिन्दी` };
  },
  "the scheme in capitals": (hook) => {
    const url = hook.url.replace(/^https?/, (scheme) => scheme.toUpperCase());
    return { ...signedAs(hook, url), url };
  },
  "names beyond the first plane": (hook) => {
    const form = [...hook.form, ["\u{1F600}", "1"], ["\uFF21", "2"]];
    return signedAs(withForm(hook, form), hook.url, form);
  },
  "a body's hash in the query": (hook) => {
    const url = `${hook.url.split("?")[0]}?bodySHA256=${"0".repeat(64)}`;
    return { ...signedAs(withForm(hook, []), url, []), url };
  },
};

function asObject(form) {
  const found = {};
  for (const [name, value] of form) found[name] = name in found ? [found[name], value].flat() : value;
  return found;
}

function ask({ token, signature, url, form }) {
  try {
    return validateRequest(token, signature, url, asObject(form));
  } catch (error) {
    return error.constructor.name;
  }
}

const OFTEN = { signed: 60 };
const webhooks = Object.entries(KINDS).flatMap(([kind, make]) =>
  Array.from({ length: OFTEN[kind] ?? 8 }, () => {
    const { method, url, form, token, signature } = make(webhook());
    const made = { kind, method, url, form, token, signature };
    return { ...made, believed: ask(made) };
  }),
);

const lines = webhooks.map((each) => JSON.stringify(each)).join(",\n");
process.stdout.write(`{"twilio": "${version}", "webhooks": [\n${lines}\n]}\n`);
