"""Twilio's rules for one TwiML document, as tables, and a short checker that applies them.

Reads bytes, as Twilio does. No HTTP, no other document, nothing of this project's code. Each rule names its section of
facts.md; "schema" is npm twilio 6.2.0's VoiceResponse.d.ts (facts 6).
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import quote

MAX_BODY = 64_000  # bytes, error 11750: the smaller reading of "64 kB" (facts 3)
MAX_ENCODED_SAY = 4500  # URL-encoded characters, error 13521 (facts 3)
MAX_NUMBERS = 10  # in one <Dial> (facts 4)
CONTENT_TYPES = ("text/xml", "application/xml")  # error 12300 (facts 3)
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2 (facts 0.5)
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Value(NamedTuple):
    """A rule for an attribute or a text of TwiML: a phrase that says what it must be, and the test of a value."""

    phrase: str
    holds: Callable[[str], bool]


def like(pattern: str, phrase: str) -> Value:
    return Value(phrase, lambda value: re.fullmatch(pattern, value) is not None)


def one_of(words: str) -> Value:
    return Value(f"one of: {words}", lambda value: value in words.split())


def some_of(words: str) -> Value:
    return Value(f"some of: {words}", lambda value: bool(value.strip()) and set(value.split()) <= set(words.split()))


def whole(low: int, high: int = 2**31 - 1) -> Value:
    phrase = f"a whole number from {low} to {high}"
    return Value(phrase, lambda value: bool(re.fullmatch("[0-9]{1,10}", value)) and low <= int(value) <= high)


class Voice(NamedTuple):
    """A family of Twilio's voices: their names, their languages, their longest text, and how they treat SSML tags."""

    names: str
    languages: str
    limit: int
    takes_tags: bool = True
    counts_tags: bool = False


# Facts 3, "Say voices" and error 13521. Basic voices, the default among them, are not for Hindi.
_HD = "Aoede|Charon|Fenrir|Kore|Leda|Orus|Puck|Zephyr"
_GOOGLE = f"(Standard-[A-F]|Wavenet-[A-F]|Neural2-[A-D]|Chirp3-HD-({_HD}))"
VOICES = (
    Voice(r"Polly\.(Aditi|Kajal-Neural|Kajal-Generative)", "en-IN hi-IN", 3000),
    Voice(r"Polly\.Raveena", "en-IN", 3000),
    Voice(rf"Google\.en-IN-{_GOOGLE}", "en-IN", 5000, counts_tags=True),
    Voice(rf"Google\.hi-IN-{_GOOGLE}", "hi-IN", 5000, counts_tags=True),
    Voice("Google.pa-IN-(Standard|Wavenet)-[A-D]", "pa-IN", 5000, counts_tags=True),
    Voice("man|woman|alice", "en-IN en-US", 4096, takes_tags=False),
)

ANY = Value("any text", lambda _: True)
NAME = like(".+", "a name")
QUEUE = like(".{1,64}", "a name of 1 to 64 characters")
BOOLEAN = one_of("true false")
METHOD = one_of("GET POST")
ABSOLUTE = like("https?://[A-Za-z0-9][!-~]*", "an absolute http(s) URL")
URL = like("https?://[A-Za-z0-9][!-~]*|/(?!/)[!-~]*", "an absolute http(s) URL or a path that starts with /")
E164 = like(r"\+[1-9][0-9]{6,14}", "a number in E.164 form")
WHATSAPP = like(r"whatsapp:\+[1-9][0-9]{6,14}", "whatsapp: and a number in E.164 form")
TONES = like("[0-9*#wW]{1,32}", "1 to 32 of 0-9 * # w W")
TRACK = one_of("both inbound outbound")
HEARD = one_of("en-US en-IN hi-IN bn-IN gu-IN kn-IN ml-IN mr-IN pa-guru-IN ta-IN te-IN ur-IN multi")
_NEW_MODELS = "experimental_(conversations|utterances)|googlev2_(long|short|telephony|telephony_short)"
_MODELS = f"default|numbers_and_commands|phone_call|{_NEW_MODELS}|deepgram_nova-[23]"
_RINGS = "at au bg br be ch cl cn cz de dk ee es fi fr gr hu il in it lt jp mx my nl no"
STRENGTH = one_of("none x-weak weak medium strong x-strong")
_COUNTED = "characters spell-out cardinal number ordinal digits fraction unit"
SAY_AS = one_of(f"{_COUNTED} date time address expletive telephone")

Values = Mapping[str, Value]


def each(names: str, value: Value) -> Values:
    return dict.fromkeys(names.split(), value)


def callback(name: str, events: str = "", url: Value = URL) -> Values:
    return {name: url, f"{name}Method": METHOD, **({f"{name}Event": some_of(events)} if events else {})}


def recording(url: Value = URL) -> Values:
    trim = {"trim": one_of("trim-silence do-not-trim")}
    return {**trim, **callback("recordingStatusCallback", "in-progress completed absent", url)}


ACTION: Values = {"action": URL, "method": METHOD}
ANSWERED: Values = {"url": URL, "method": METHOD}
CALLEE: Values = {**ANSWERED, **callback("statusCallback", "initiated ringing answered completed")}
MACHINE: Values = {
    **callback("amdStatusCallback"),
    "machineDetection": one_of("Enable DetectMessageEnd"),
    "machineDetectionTimeout": whole(3, 60),
    "machineDetectionSpeechThreshold": whole(1000, 6000),
    "machineDetectionSpeechEndThreshold": whole(500, 5000),
    "machineDetectionSilenceTimeout": whole(2000, 10_000),
}
GATHER: Values = {
    **callback("partialResultCallback"),
    **each("actionOnEmptyResult profanityFilter bargeIn enhanced debug", BOOLEAN),
    **each("timeout numDigits maxSpeechTime", whole(1)),
    "input": some_of("dtmf speech"),
    "finishOnKey": like("[0-9*#]?", "one of 0-9 * #, or empty"),
    "language": HEARD,
    "hints": like("[^,]{0,100}(,[^,]{0,100}){0,499}", "at most 500 hints of at most 100 characters"),
    "speechModel": like(_MODELS, "a speech model of facts 3"),
    "speechTimeout": like("auto|[1-9][0-9]{0,3}", "auto or a whole number from 1"),
}
RECORD: Values = {
    **each("playBeep transcribe", BOOLEAN),
    "transcribeCallback": URL,
    "timeout": whole(1),
    "maxLength": whole(1, 14_400),  # the smaller of the two that facts 4 gives
    "finishOnKey": like("[0-9*#]*", "some of 0-9 * #, or empty"),
}
DIAL: Values = {
    **each("answerOnBridge hangupOnStar sequential", BOOLEAN),
    "timeout": whole(5, 600),
    "timeLimit": whole(1, 14_400),
    "callerId": ANY,
    "record": like("do-not-record|record-from-(answer|ringing)(-dual)?", "a way to record of facts 4"),
    "recordingTrack": TRACK,
    "ringTone": one_of(f"{_RINGS} nz ph pl pt ru se sg th uk us us-old tw ve za"),
}


class Element(NamedTuple):
    """The rules for one element of TwiML: its attributes, the elements within it, its text.

    An element without `text` may hold no words of its own.
    """

    attributes: Values
    children: str = ""
    text: Value | None = None


PROMPTS = "Say Play Pause"
IN_S = "break emphasis lang phoneme prosody say-as sub w"

# Facts 3: Gather, Say, SSML (nesting: schema). Facts 4: Dial, Record, Enqueue, Reject, Start.
ELEMENTS: Mapping[str, Element] = {
    "Response": Element({}, f"{PROMPTS} Gather Record Dial Redirect Hangup Reject Enqueue Leave Start"),
    "Say": Element({"voice": ANY, "language": ANY, "loop": whole(0)}, f"{IN_S} p s", ANY),
    "Play": Element({"loop": whole(0), "digits": like("[0-9*#wW]+", "some of 0-9 * # w W")}, text=ANY),
    "Pause": Element({"length": whole(1)}),
    "Gather": Element({**ACTION, **GATHER}, PROMPTS),
    "Record": Element({**ACTION, **recording(), **RECORD}),
    "Dial": Element({**ACTION, **recording(), **DIAL}, "Number Sip Client Conference Queue WhatsApp", ANY),
    "Number": Element({**CALLEE, **MACHINE, "sendDigits": TONES, "byoc": NAME}, text=E164),
    "Sip": Element({**CALLEE, **MACHINE, **each("username password", ANY)}, text=like(r"sips?:\S+", "a SIP URI")),
    "Client": Element(CALLEE, text=NAME),
    "WhatsApp": Element(CALLEE, text=E164),
    "Queue": Element(ANSWERED, text=QUEUE),
    "Conference": Element(each("muted startConferenceOnEnter endConferenceOnExit", BOOLEAN), text=NAME),
    "Redirect": Element({"method": METHOD}, text=URL),
    "Hangup": Element({}),
    "Leave": Element({}),
    "Reject": Element({"reason": one_of("rejected busy")}),
    "Enqueue": Element({**ACTION, "waitUrl": URL, "waitUrlMethod": METHOD, "maxQueueSize": whole(1)}, text=QUEUE),
    "Start": Element(ACTION, "Recording"),
    "Recording": Element({**recording(ABSOLUTE), "channels": one_of("mono dual"), "track": TRACK}),
    "break": Element({"strength": STRENGTH, "time": like(r"[0-9]+(\.[0-9]+)?m?s", "a time in s or ms")}),
    "emphasis": Element({"level": one_of("strong moderate reduced")}, IN_S, ANY),
    "lang": Element({XML_LANG: one_of("en-IN hi-IN")}, f"{IN_S} p s", ANY),
    "p": Element({}, f"{IN_S} s", ANY),
    "phoneme": Element({"alphabet": like("ipa|x-sampa|x-amazon-[a-z-]+", "an alphabet"), "ph": ANY}, text=ANY),
    "prosody": Element(each("volume rate pitch", ANY), f"{IN_S} p s", ANY),
    "s": Element({}, IN_S, ANY),
    "say-as": Element({"interpret-as": SAY_AS, "format": one_of("mdy dmy ymd md dm ym my d m y yyyymmdd")}, text=ANY),
    "sub": Element({"alias": ANY}, text=ANY),
    "w": Element({"role": ANY}, "break emphasis phoneme prosody say-as sub", ANY),
}
REQUIRED = {  # facts 3 and 4 for the verbs, W3C SSML 1.1 for the tags
    "Gather": ("action", "what is pressed goes to the same document, in a loop"),
    "Record": ("action", "the recording goes to the same document, in a loop"),
    "lang": (XML_LANG, "it names no language"),
    "phoneme": ("ph", "it names no sound"),
    "say-as": ("interpret-as", "it names no way to read"),
    "sub": ("alias", "it names no substitute"),
}
LAST = ("Hangup", "Redirect", "Reject")  # what follows these is never reached ...
LAST_WITH_ACTION = {  # ... nor is what follows these when they have an action (facts 4)
    "Dial": "the carrier goes on at its action",
    "Record": "the carrier goes on at its action, unless nothing was recorded",
}


def faults(document: bytes | str, content_type: str = "text/xml; charset=utf-8") -> list[str]:
    """Return a message for each of Twilio's rules that this document breaks; none if it is valid."""
    body = document if isinstance(document, bytes) else document.encode("utf-8", "surrogatepass")
    text = body.decode("utf-8", "replace")
    return [*_envelope(body, text, content_type), *_document(text)]


def _envelope(body: bytes, text: str, content_type: str) -> Iterator[str]:
    if content_type.partition(";")[0].strip().lower() not in CONTENT_TYPES:
        yield f"The content type is {content_type!r}: it must be text/xml."
    if len(body) > MAX_BODY:
        yield f"The body has {len(body)} bytes: the carrier reads 64 kB."
    if text.encode() != body:
        yield "The body is not UTF-8."
    if not text.startswith("<"):
        yield "There is a blank, or something else, before the XML declaration or the root."
    if found := ILLEGAL.search(text):
        yield f"U+{ord(found[0]):04X} is not a legal character of XML 1.0."


def _document(text: str) -> Iterator[str]:
    if "<!DOCTYPE" in text:
        yield "A DOCTYPE has no place in TwiML; the document was not read."
        return
    try:
        # What the envelope has judged is taken away, so that the rest is judged too.
        cleaned = ILLEGAL.sub("?", text).lstrip(" \t\r\n\ufeff")
        root = ET.fromstring(cleaned)  # noqa: S314 - our own documents, and none with a DOCTYPE comes here
    except ET.ParseError as error:
        yield f"The document is not well-formed XML: {error}."
        return
    if root.tag == "Response":
        yield from (*_element(root), *_order(root))
    else:
        yield f"The root is <{root.tag}>: it must be <Response>."


def _element(element: ET.Element) -> Iterator[str]:
    """Yield the faults of an element of the document, then those of every element within it."""
    rule = ELEMENTS.get(element.tag)
    if rule is None:
        yield f"<{element.tag}> is not a name this judge knows; upper and lower case count."
        return
    yield from (*_attributes(element, rule), *_text(element, rule))
    if element.tag in FURTHER:
        yield from FURTHER[element.tag](element)
    for child in element:
        if child.tag in ELEMENTS and child.tag not in rule.children.split():
            yield f"<{child.tag}> may not stand in <{element.tag}>."
        yield from _element(child)


def _attributes(element: ET.Element, rule: Element) -> Iterator[str]:
    needed, harm = REQUIRED.get(element.tag, ("", ""))
    if needed and needed not in element.attrib:
        yield f"<{element.tag}> has no {needed}: {harm}."
    for name, value in element.attrib.items():
        if name not in rule.attributes:
            yield f"<{element.tag}> knows no attribute {name}."
        elif not rule.attributes[name].holds(value):
            yield f"<{element.tag} {name}> is {value[:60]!r}: it must be {rule.attributes[name].phrase}."


def _own(element: ET.Element) -> str:
    """Return the words of an element itself, without the words of elements within it."""
    return ((element.text or "") + "".join(child.tail or "" for child in element)).strip()


def _text(element: ET.Element, rule: Element) -> Iterator[str]:
    own = _own(element)
    if rule.text is None and own:
        yield f"<{element.tag}> holds the text {own[:60]!r}: it may hold none."
    elif rule.text is not None and not rule.text.holds(own):
        yield f"<{element.tag}> holds {own[:60]!r}: it must be {rule.text.phrase}."


def _order(root: ET.Element) -> Iterator[str]:
    if any(verb.tag == "Reject" for verb in root[1:]):
        yield "<Reject> must be the first verb."
    for verb, later in pairwise(root):
        if verb.tag in LAST:
            yield f"<{later.tag}> after <{verb.tag}> is never reached."
        elif verb.tag in LAST_WITH_ACTION and "action" in verb.attrib:
            yield f"<{later.tag}> after <{verb.tag} action> is never reached: {LAST_WITH_ACTION[verb.tag]}."


def _say(say: ET.Element) -> Iterator[str]:
    words = "".join(say.itertext())
    if not words.strip():
        yield "<Say> is empty."
    if (encoded := len(quote(words))) > MAX_ENCODED_SAY:
        yield f"<Say> has {encoded} characters when URL-encoded: the carrier reads {MAX_ENCODED_SAY}."
    name = say.get("voice", "man")  # the default
    voice = next((voice for voice in VOICES if re.fullmatch(voice.names, name)), None)
    if voice is None:
        yield f"<Say voice> is {name!r}: facts 3 names no such voice."
    else:
        yield from _voiced(say, voice, name)


def _voiced(say: ET.Element, voice: Voice, name: str) -> Iterator[str]:
    markup = (say.text or "") + "".join(ET.tostring(child, "unicode") for child in say)
    length = len(markup if voice.counts_tags else "".join(say.itertext()))
    if length > voice.limit:
        yield f"<Say> has {length} characters: {name} reads {voice.limit}."
    if (language := say.get("language")) is not None and language not in voice.languages.split():
        yield f"<Say language> is {language!r}: {name} speaks {voice.languages}."
    if len(say) and not voice.takes_tags:
        yield f"<Say> holds SSML: {name} is a basic voice and takes none."


def _play(play: ET.Element) -> Iterator[str]:
    if not URL.holds(_own(play)) and not ("digits" in play.attrib and _own(play) == ""):
        yield f"<Play> holds {_own(play)[:60]!r}: it must be {URL.phrase}, or digits must be given."


def _gather(gather: ET.Element) -> Iterator[str]:
    """Yield the faults of a Gather: settings that its speech model does not support (facts.md, section 3)."""
    model, language = gather.get("speechModel", "default"), gather.get("language", "en-US")
    if model != "default" and gather.get("speechTimeout") == "auto":
        yield f"<Gather speechTimeout> is auto: the speechModel {model} needs a whole number."
    if model == "phone_call" and language in ("en-IN", "hi-IN"):
        yield f"<Gather speechModel> is phone_call: it does not know {language}."
    if language == "multi" and model != "deepgram_nova-3":
        yield "<Gather language> is multi: only the speechModel deepgram_nova-3 knows it."


def _dial(dial: ET.Element) -> Iterator[str]:
    own, numbers = _own(dial), dial.findall("Number")
    if len(numbers) > MAX_NUMBERS:
        yield f"<Dial> holds {len(numbers)} <Number>: the carrier rings {MAX_NUMBERS}."
    if bool(own) == bool(len(dial)):
        yield "<Dial> must hold either one number as its text, or nouns."
    if own and not E164.holds(own):
        yield f"<Dial> holds {own[:60]!r}: it must be {E164.phrase}."
    yield from _caller(dial, needed=bool(own or numbers))


def _caller(dial: ET.Element, *, needed: bool) -> Iterator[str]:
    """Yield the faults of a Dial's callerId. Without one Twilio shows the caller's number (facts.md 1, error 13214)."""
    shown = dial.get("callerId")
    form = WHATSAPP if dial.find("WhatsApp") is not None else E164
    if shown is None and needed:
        yield "<Dial> rings a number and has no callerId."
    elif shown is not None and not form.holds(shown):
        yield f"<Dial callerId> is {shown[:60]!r}: it must be {form.phrase}."


FURTHER: Mapping[str, Callable[[ET.Element], Iterator[str]]] = {
    "Say": _say,
    "Play": _play,
    "Gather": _gather,
    "Dial": _dial,
}
