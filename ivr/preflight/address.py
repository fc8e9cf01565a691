"""Checks what the carrier will meet: our address from outside, what it believes, and where the numbers lead.

Sends two harmless webhooks about the end of a call that never was, one signed and one not.
"""

from ivr.carrier.twilio.numbers import CarrierRefused, Number, Numbers, side_by_side, wanted
from ivr.carrier.twilio.webhook import signature
from ivr.line.phones import Phone
from ivr.preflight.context import Context
from ivr.preflight.findings import Finding, bad, doubtful, well
from ivr.preflight.http import Answer, NoTLS, NotReached, ask

NO_CALL = "preflight"
"""A CallSid that the carrier never gives: its own begin with CA."""

TAKEN, REFUSED = 204, 403

OTHERS = {
    REFUSED: (
        "our own signature is refused there",
        "PUBLIC_BASE_URL or the token differs from what the web process has, or the proxy changes the path",
    ),
    404: (
        "there is no webhook there",
        "see that PUBLIC_BASE_URL leads to the web process, and the proxy keeps the path",
    ),
    405: ("the post arrives as something else", "see that the proxy passes POST on as it is"),
    502: ("a proxy answers, with no web process behind it", "start the web process, or mend the proxy"),
    503: ("a proxy answers, with no web process behind it", "start the web process, or mend the proxy"),
    504: ("a proxy answers, with no web process behind it", "start the web process, or mend the proxy"),
}


def public_address(on: Context) -> Finding:
    """Whether the carrier reaches us, is believed, and nobody else is."""
    url = f"{on.settings.public_base_url}/voice/status"
    try:
        signed, bare = _post(on, url, signed=True), _post(on, url, signed=False)
    except NoTLS as odd:
        return bad(f"{url}: {odd}", "give the proxy a certificate of this host that the world knows, with its chain")
    except NotReached as away:
        return bad(f"{url} is not reachable: {away}", "see to DNS, the firewall, the proxy and the web process")
    if signed.status != TAKEN:
        return _odd(signed.status, url)
    if bare.status != REFUSED:
        saw = f"a webhook that nobody signed was answered with {bare.status}"
        return bad(saw, "see that nothing between the carrier and us answers or signs by itself")
    if not url.startswith("https://"):
        return doubtful("it answers as it should, but without https", "put a proxy that speaks https before it")
    return well("a signed webhook is taken there, an unsigned one refused")


def _odd(status: int, url: str) -> Finding:
    if 300 <= status < 400:
        return bad(
            f"{url} leads elsewhere ({status})", "set PUBLIC_BASE_URL to where it leads: a form gets lost on the way"
        )
    saw, do = OTHERS.get(status, ("something else answers there", "see what PUBLIC_BASE_URL leads to"))
    return bad(f"{saw} ({status})", do)


def _post(on: Context, url: str, *, signed: bool) -> Answer:
    form = {"CallSid": NO_CALL, "AccountSid": on.settings.twilio_account_sid, "CallStatus": NO_CALL}
    signed_as = signature(on.settings.twilio_auth_token, url, form)
    return ask("POST", url, form, {"X-Twilio-Signature": signed_as} if signed else {})


CONNECT = "flask --app wsgi numbers connect"


def numbers(on: Context) -> Finding:
    """Whether the clinic's numbers at the carrier lead here."""
    if not on.settings.twilio_account_sid:
        return doubtful(
            "not known: TWILIO_ACCOUNT_SID is not set", "set it; without it webhooks of any account are taken"
        )
    try:
        found = side_by_side(on.clinic(), Numbers(on.settings).owned())
    except CarrierRefused as refused:
        return bad(str(refused), "see TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN; then run this again")
    if not found.ours:
        return doubtful("no number that clinic.toml lists is the account's", "add the carrier's to a line's reached_by")
    right = wanted(on.settings)
    wrong = [number for number in found.ours if number.webhooks.differences(right)]
    if wrong:
        return bad(f"not connected to us: {', '.join(_named(number, found.lines) for number in wrong)}", CONNECT)
    forwarding = f"; {len(found.forwarding)} more must forward to them" if found.forwarding else ""
    return well(f"{len(found.ours)} connected to us{forwarding}")


def _named(number: Number, lines: dict[str, str]) -> str:
    """Enough to find it by; what is found may end in a log."""
    return f"{Phone(number.e164)} of line {lines[number.e164]}"
