"""Checks of the carrier's side: our address is reachable, signatures are verified, the numbers are connected to us.

Sends two harmless webhooks of each carrier, one signed and one unsigned. Each reports the end of a made-up call.
"""

from ivr.carrier.admin import CarrierRefused, NoAccount, Number, OurAddresses, side_by_side
from ivr.carrier.stand_in import StandIn
from ivr.line.phones import Phone
from ivr.preflight.context import Context, Finding, Result, bad, doubtful, well
from ivr.preflight.http import HttpAnswer, NoTLS, NotReached, ask
from ivr.wiring import carriers

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
    """Check that our public address is reachable, takes a signed webhook, and refuses an unsigned one.

    With several carriers, one webhook of each is sent.
    """
    url = f"{on.settings.public_base_url}/voice/status"
    found = [_tried(url, each) for each in carriers.stand_ins(on.settings.carrier).values()]
    return max(found, key=lambda each: list(Result).index(each.result))


def _tried(url: str, stand_in: StandIn) -> Finding:
    """Check our public address with a signed and an unsigned webhook of one carrier."""
    try:
        signed, bare = _post(url, stand_in, signed=True), _post(url, stand_in, signed=False)
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


def _post(url: str, stand_in: StandIn, *, signed: bool) -> HttpAnswer:
    webhook = stand_in.probes(url)
    return ask("POST", url, webhook.values, webhook.headers if signed else {})


RENT_IT = "name a number that the account rents (caller_id of [reception] in clinic.toml, or the carrier's setting)"

CONNECT = "flask --app wsgi numbers connect"


def numbers(on: Context) -> Finding:
    """Check that the clinic's numbers at the carriers are connected to our address."""
    ours = OurAddresses(on.settings.public_base_url, on.settings.fallback_url)
    try:
        found = side_by_side(on.clinic(), carriers.admin(on.settings.carrier, ours).owned())
    except NoAccount as none:
        return doubtful(f"not known: {none.lacking}", none.do)
    except CarrierRefused as refused:
        return bad(str(refused), refused.look)
    if not found.ours:
        return doubtful("no number that clinic.toml lists is the account's", "add the carrier's to a line's reached_by")
    wrong = [number for number in found.ours if number.differences]
    if wrong:
        return bad(f"not connected to us: {', '.join(_named(number, found.lines) for number in wrong)}", CONNECT)
    owned = {number.e164 for number in (*found.ours, *found.strangers)}
    unknown = [each for each in carriers.must_be_rented(on.settings.carrier, on.clinic()) if each.e164 not in owned]
    if unknown:
        return bad(f"the reception cannot be called from {unknown[0]}: it is not the account's", RENT_IT)
    forwarding = f"; {len(found.forwarding)} more must forward to them" if found.forwarding else ""
    return well(f"{len(found.ours)} connected to us{forwarding}")


def _named(number: Number, lines: dict[str, str]) -> str:
    """Return a clinic's number and its line for a message. The number is masked, since findings may end in a log."""
    return f"{Phone(number.e164)} of line {lines[number.e164]}"
