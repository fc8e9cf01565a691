"""The rules of TwiML that the tests apply: documents which they pass, and for each rule a document that breaks it.

No document of this project is read here: the samples are written by hand.
"""

import pytest

from tests.carrier.twilio.twiml_rules import ELEMENTS, MAX_BODY, faults

NUMBER = "<Number>+919810000001</Number>"
DIAL = '<Dial callerId="+14155550100"'
GATHER = '<Gather action="/menu"'
RECORD = '<Record action="/recorded"'


def document(verbs: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'


def polly(text: str) -> str:
    return f'<Say voice="Polly.Aditi" language="hi-IN">{text}</Say>'


def google(text: str) -> str:
    return f'<Say voice="Google.en-IN-Wavenet-A">{text}</Say>'


VALID = {
    "nothing at all": "",
    "an english sentence of the basic voice": "<Say>Welcome.</Say>",
    "a hindi sentence": polly("नमस्ते।"),
    "a sentence said again and again": '<Say loop="0">Please hold.</Say>',
    "a number read digit by digit": polly('Dial <say-as interpret-as="telephone">112</say-as><break time="500ms"/>.'),
    "hindi inside english": '<Say voice="Polly.Aditi">Say <lang xml:lang="hi-IN">नमस्ते</lang>.</Say>',
    "tags in tags": polly("<p><s>One <w>two</w></s><s><emphasis level='strong'>three</emphasis></s></p>"),
    "the longest polly text": polly("a" * 3000),
    "the longest hindi text": polly("न" * 500),
    "polly tags that are not counted": polly("a" * 2990 + "<prosody rate='slow'>word</prosody>"),
    "the longest basic text": f"<Say>{'a' * 4096}</Say>",
    "a menu": f'{GATHER} numDigits="1" timeout="5" finishOnKey="" language="hi-IN" method="POST">'
    f'{polly("एक दबाएँ")}<Play>/audio/menu.mp3</Play><Pause length="1"/></Gather><Redirect>/menu?again=1</Redirect>',
    "speech and keys": f'{GATHER} input="dtmf speech" speechTimeout="auto" hints="knee, back" bargeIn="true"/>',
    "a speech model with its own silence": f'{GATHER} input="speech" speechModel="deepgram_nova-2" speechTimeout="3"/>',
    "an action with connection overrides": '<Gather action="https://clinic.example/menu?a=1&amp;b=2#rc=2&amp;rp=ct"/>',
    "a voicemail": f'<Say>Speak.</Say>{RECORD} maxLength="120" timeout="5" finishOnKey="#" playBeep="true" '
    'trim="trim-silence" recordingStatusCallback="/kept" recordingStatusCallbackEvent="completed absent"/>',
    "a ring group of ten": f'{DIAL} action="/dialled" timeout="20" answerOnBridge="true">{NUMBER * 10}</Dial>',
    "a screened number": f'{DIAL} timeLimit="14400" record="record-from-answer-dual"><Number url="/screen" '
    'method="POST" statusCallback="https://clinic.example/leg" statusCallbackEvent="initiated completed" '
    'machineDetection="Enable" machineDetectionTimeout="3">+919810000001</Number></Dial>',
    "a number as the text of dial": f"{DIAL}>+919810000001</Dial>",
    "a dial without action, and then a word": f"{DIAL}>{NUMBER}</Dial><Say>Nobody is free.</Say>",
    "desks that are no numbers": "<Dial><Sip>sip:desk@clinic.example</Sip><Client>desk</Client></Dial>",
    "a whatsapp call": '<Dial callerId="whatsapp:+14155550100"><WhatsApp>+919810000001</WhatsApp></Dial>',
    "rooms": "<Dial><Conference muted='false'>room</Conference></Dial><Dial><Queue url='/next'>desk</Queue></Dial>",
    "a waiting room": '<Enqueue action="/left" waitUrl="/wait">desk</Enqueue>',
    "the way out of it": "<Say>Goodbye.</Say><Leave/>",
    "a rejected call": '<Reject reason="busy"/>',
    "a recorded call": '<Start><Recording recordingStatusCallback="https://clinic.example/r" channels="dual"/></Start>',
    "tones": '<Play digits="ww1234#"/><Hangup/>',
    "comments and line breaks": "\n  <!-- hello -->\n  <Pause/>\n  <Redirect>\n /menu </Redirect>\n",
}

BROKEN = {
    # names and places
    "an unknown verb": ("<Speak>Hello</Speak>", "<Speak> is not a name"),
    "a verb in lower case": ("<say>Hello</say>", "upper and lower case"),
    "a noun without its verb": (NUMBER, "<Number> may not stand in <Response>"),
    "a dial in a gather": (f"{GATHER}>{DIAL}>{NUMBER}</Dial></Gather>", "<Dial> may not stand in <Gather>"),
    "a say in a dial": ("<Dial><Say>Hello</Say></Dial>", "<Say> may not stand in <Dial>"),
    "a verb in a say": ("<Say voice='Polly.Aditi'>Hello<Pause/></Say>", "<Pause> may not stand in <Say>"),
    "a child of hangup": ("<Hangup><Say>Bye</Say></Hangup>", "<Say> may not stand in <Hangup>"),
    "a child of redirect": ("<Redirect>/menu<Pause/></Redirect>", "<Pause> may not stand in <Redirect>"),
    "a child of pause": ("<Pause><Say>Hello</Say></Pause>", "<Say> may not stand in <Pause>"),
    "a tag in a say-as": (polly("<say-as interpret-as='date'>1<break/></say-as>"), "<break> may not stand in <say-as>"),
    "a paragraph in a sentence": (polly("<s>One<p>two</p></s>"), "<p> may not stand in <s>"),
    "words between verbs": ("<Pause/>Hello", "<Response> holds the text 'Hello'"),
    "words in a gather": (f"{GATHER}>Press 1</Gather>", "<Gather> holds the text"),
    # attributes
    "an unknown attribute": ('<Say speed="2">Hello</Say>', "no attribute speed"),
    "an attribute in the wrong case": (f'{GATHER} numdigits="1"/>', "no attribute numdigits"),
    "an input that is neither": (f'{GATHER} input="dtmf,speech"/>', "<Gather input>"),
    "two finishing keys": (f'{GATHER} finishOnKey="#*"/>', "<Gather finishOnKey>"),
    "a hindi that nobody hears": (f'{GATHER} language="hi"/>', "<Gather language>"),
    "a boolean in python": (f'{GATHER} actionOnEmptyResult="True"/>', "<Gather actionOnEmptyResult>"),
    "a method in lower case": (f'{GATHER} method="post"/>', "<Gather method>"),
    "a hint that is too long": (f'{GATHER} hints="{"a" * 101}"/>', "<Gather hints>"),
    "too many hints": (f'{GATHER} hints="{",".join(["a"] * 501)}"/>', "<Gather hints>"),
    "an unknown speech model": (f'{GATHER} speechModel="nova"/>', "<Gather speechModel>"),
    "a model that stops by itself": (f'{GATHER} speechModel="googlev2_short" speechTimeout="auto"/>', "needs a whole"),
    "a model without hindi": (f'{GATHER} speechModel="phone_call" language="hi-IN"/>', "does not know hi-IN"),
    "many languages at once": (f'{GATHER} language="multi"/>', "deepgram_nova-3"),
    "an action that is no place": ('<Gather action="menu"/>', "<Gather action>"),
    "an empty action": ('<Gather action=""/>', "<Gather action>"),
    "an action on another host by accident": ('<Gather action="//menu"/>', "<Gather action>"),
    "a gather that asks for ever": ("<Gather/>", "no action"),
    "a recording that loops": ("<Record/>", "no action"),
    "a recording trimmed in an unknown way": (f'{RECORD} trim="yes"/>', "<Record trim>"),
    "an unknown recording event": (f'{RECORD} recordingStatusCallbackEvent="done"/>', "RecordingStatusCallbackEvent"),
    "a beep of another sort": (f'{RECORD} playBeep="1"/>', "<Record playBeep>"),
    "an unknown reason to reject": ('<Reject reason="closed"/>', "<Reject reason>"),
    "a relative callback in start": ('<Start><Recording recordingStatusCallback="/r"/></Start>', "absolute"),
    # what is said and played
    "an empty say": (polly(" "), "<Say> is empty"),
    "a say with nothing but a pause": (polly("<break/>"), "<Say> is empty"),
    "an unknown voice": ('<Say voice="Polly.Aditi-Neural">Hello</Say>', "<Say voice>"),
    "an unknown google voice": ('<Say voice="Google.hi-IN-Wavenet-G">Hello</Say>', "<Say voice>"),
    "a voice of another language": ('<Say voice="Google.hi-IN-Wavenet-A" language="en-IN">Hi</Say>', "<Say language>"),
    "a voice without hindi": ('<Say voice="Polly.Raveena" language="hi-IN">Hi</Say>', "<Say language>"),
    "hindi of a basic voice": ('<Say language="hi-IN">नमस्ते</Say>', "<Say language>"),
    "tags for a basic voice": ("<Say>One<break/></Say>", "basic voice"),
    "a break without a unit": (polly('One<break time="1"/>'), "<break time>"),
    "digits read in an unknown way": (polly("<say-as interpret-as='phone'>112</say-as>"), "<say-as interpret-as>"),
    "a say-as that says nothing": (polly("<say-as>112</say-as>"), "no interpret-as"),
    "too long for polly": (polly("a" * 3001), "3001 characters"),
    "too long for google because of its tags": (google("a" + "<break time='1s'/>" * 300), "reads 5000"),
    "too long for a basic voice": (f"<Say>{'a' * 4097}</Say>", "4097 characters"),
    "hindi that is too long once encoded": (polly("न" * 501), "4509 characters when URL-encoded"),
    "a play of nothing": ("<Play/>", "<Play> holds ''"),
    "a play of no url": ("<Play>menu.mp3</Play>", "<Play> holds 'menu.mp3'"),
    # dial and redirect
    "a dial that rings nobody": ("<Dial/>", "either one number"),
    "a dial that rings both ways": (f"{DIAL}>+919810000001{NUMBER}</Dial>", "either one number"),
    "a dial without caller id": (f"<Dial>{NUMBER}</Dial>", "no callerId"),
    "a bare dial without caller id": ("<Dial>+919810000001</Dial>", "no callerId"),
    "a withheld caller id": (f'<Dial callerId="anonymous">{NUMBER}</Dial>', "<Dial callerId>"),
    "a whatsapp call from a number": (f"{DIAL}><WhatsApp>+919810000001</WhatsApp></Dial>", "<Dial callerId>"),
    "the ring tone of no land": (f'{DIAL} ringTone="en">{NUMBER}</Dial>', "<Dial ringTone>"),
    "eleven numbers": (f"{DIAL}>{NUMBER * 11}</Dial>", "11 <Number>"),
    "a number as it is written here": (f"{DIAL}><Number>011 4000 0001</Number></Dial>", "E.164"),
    "a bare number as it is written here": (f"{DIAL}>01140000001</Dial>", "E.164"),
    "an event of no number": (f'{DIAL}><Number statusCallbackEvent="busy">+919810000001</Number></Dial>', "initiated"),
    "a screen that is no url": (f'{DIAL}><Number url="screen">+919810000001</Number></Dial>', "<Number url>"),
    "a sip address without its scheme": ("<Dial><Sip>desk@clinic.example</Sip></Dial>", "SIP"),
    "a redirect to nowhere": ("<Redirect/>", "<Redirect> holds ''"),
    "a redirect by an unknown method": ('<Redirect method="PUT">/menu</Redirect>', "<Redirect method>"),
    "a redirect to another scheme": ("<Redirect>ftp://clinic.example</Redirect>", "<Redirect> holds"),
    "a redirect with an unescaped blank": ("<Redirect>/menu?name=a b</Redirect>", "<Redirect> holds"),
    "a queue with a long name": (f"<Enqueue>{'a' * 65}</Enqueue>", "64 characters"),
    # order
    "a reject that comes late": ("<Say>Hello</Say><Reject/>", "<Reject> must be the first"),
    "a word after hangup": ("<Hangup/><Say>Hello</Say>", "<Say> after <Hangup>"),
    "a word after redirect": ("<Redirect>/menu</Redirect><Say>Hello</Say>", "<Say> after <Redirect>"),
    "a word after reject": ("<Reject/><Say>Hello</Say>", "<Say> after <Reject>"),
    "a word after a record with action": (f"{RECORD}/><Say>Hello</Say>", "<Say> after <Record action>"),
    "a word after a dial with action": (
        f'{DIAL} action="/d">{NUMBER}</Dial><Say>Hi</Say>',
        "<Say> after <Dial action>",
    ),
}

BOUNDS = [  # the element with a gap for the number; the lowest that passes; the highest, where there is one
    ("<Pause length='{}'/>", 1, None),
    ("<Say loop='{}'>Hello</Say>", 0, None),
    ("<Gather action='/m' timeout='{}'/>", 1, None),
    ("<Gather action='/m' numDigits='{}'/>", 1, None),
    ("<Gather action='/m' speechTimeout='{}'/>", 1, None),
    ("<Record action='/r' timeout='{}'/>", 1, None),
    ("<Record action='/r' maxLength='{}'/>", 1, 14_400),
    ("<Dial callerId='+14155550100' timeout='{}'>+919810000001</Dial>", 5, 600),
    ("<Dial callerId='+14155550100' timeLimit='{}'>+919810000001</Dial>", 1, 14_400),
    ("<Dial><Sip machineDetectionTimeout='{}'>sip:a@b</Sip></Dial>", 3, 60),
    ("<Dial><Sip machineDetectionSpeechThreshold='{}'>sip:a@b</Sip></Dial>", 1000, 6000),
    ("<Dial><Sip machineDetectionSpeechEndThreshold='{}'>sip:a@b</Sip></Dial>", 500, 5000),
    ("<Dial><Sip machineDetectionSilenceTimeout='{}'>sip:a@b</Sip></Dial>", 2000, 10_000),
]

VOICES = [
    *("Polly.Aditi", "Polly.Raveena", "Polly.Kajal-Neural", "Polly.Kajal-Generative", "man", "woman", "alice"),
    *(f"Google.en-IN-{name}" for name in ("Standard-F", "Wavenet-A", "Neural2-D", "Chirp3-HD-Kore")),
]
FREE = ("any text", "a name", "at most 500 hints of at most 100 characters")


@pytest.mark.parametrize("verbs", VALID.values(), ids=VALID)
def test_a_valid_document_has_no_faults(verbs: str) -> None:
    assert faults(document(verbs)) == []


@pytest.mark.parametrize(("verbs", "mention"), BROKEN.values(), ids=BROKEN)
def test_a_broken_rule_is_one_fault_that_names_the_matter(verbs: str, mention: str) -> None:
    (fault,) = faults(document(verbs))
    assert mention.lower() in fault.lower()


@pytest.mark.parametrize(("element", "low", "high"), BOUNDS)
def test_a_number_may_be_its_bounds_and_not_beyond(element: str, low: int, high: int | None) -> None:
    inside = [low, low + 1, *([high] if high else [])]
    outside = [low - 1, "", f"{low}.5", f" {low}", "five", "५", *([high + 1] if high else [])]
    assert [faults(document(element.format(number))) for number in inside] == [[]] * len(inside)
    assert [len(faults(document(element.format(number)))) for number in outside] == [1] * len(outside)


@pytest.mark.parametrize("voice", VOICES)
def test_every_voice_of_the_line_speaks_indian_english(voice: str) -> None:
    assert faults(document(f'<Say voice="{voice}" language="en-IN">Hello</Say>')) == []


def test_every_name_that_may_stand_in_another_has_rules_of_its_own() -> None:
    named = {child for element in ELEMENTS.values() for child in element.children.split()}
    assert named | {"Response"} == set(ELEMENTS)


def test_every_attribute_with_a_rule_refuses_nonsense() -> None:
    values = [(name, value) for element in ELEMENTS.values() for name, value in element.attributes.items()]
    assert [name for name, value in values if value.phrase not in FREE and value.holds("¿?")] == []


@pytest.mark.parametrize("content_type", ["text/xml", "Text/XML; charset=utf-8", "application/xml"])
def test_xml_is_sent_as_xml(content_type: str) -> None:
    assert faults(document(""), content_type) == []


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/json", "", "text/xmlx"])
def test_anything_else_is_not_xml(content_type: str) -> None:
    (fault,) = faults(document(""), content_type)
    assert "content type" in fault


ENVELOPES: dict[str, tuple[bytes | str, str]] = {
    "a blank before the declaration": ("\n" + document(""), "before the XML declaration"),
    "a byte order mark": (b"\xef\xbb\xbf" + document("").encode(), "before the XML declaration"),
    "another root": ("<Message/>", "must be <Response>"),
    "a root in lower case": ("<response/>", "must be <Response>"),
    "a root that is never closed": ("<Response>", "not well-formed"),
    "a naked ampersand": (document("<Redirect>/a?b=1&c=2</Redirect>"), "not well-formed"),
    "a character by its illegal number": (document("<Say>&#11;</Say>"), "not well-formed"),
    "a vertical tab": (document("<Say>a\vb</Say>"), "U+000B"),
    "a nul": (document("<Say>a\0b</Say>").encode(), "U+0000"),
    "a character that is none": (document("<Say>a\ufffeb</Say>"), "U+FFFE"),
    "half a character": (document("<Say>a\ud800b</Say>"), "not UTF-8"),
    "another encoding": (document("<Say>café</Say>").encode("latin-1"), "not UTF-8"),
    "an entity": ('<!DOCTYPE r [<!ENTITY a "b">]><Response>&a;</Response>', "DOCTYPE"),
}


@pytest.mark.parametrize(("sent", "mention"), ENVELOPES.values(), ids=ENVELOPES)
def test_a_document_that_cannot_be_read_is_a_fault(sent: bytes | str, mention: str) -> None:
    (fault,) = faults(sent)
    assert mention in fault


def test_a_body_may_be_full_and_not_fuller() -> None:
    def padded(size: int) -> str:
        return document("") + " " * (size - len(document("")))

    assert faults(padded(MAX_BODY)) == []
    assert "64 kB" in faults(padded(MAX_BODY + 1))[0]
    assert "64 kB" in faults(document(polly("न" * 400) * 60))[0], "bytes count, not characters"


def test_every_fault_of_a_document_is_named_at_once() -> None:
    found = faults(" <Response><Hangup/><Say>\x01</Say><Gather><Dial/></Gather></Response>", "text/plain")
    assert len(found) == 7
