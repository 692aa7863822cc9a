"""The EXPECT lines of a managed specimen: what its guilty run must find.

Each line of the source's first comment (or of the scenario's, which then
counts alone) that begins with EXPECT is one finding:

  pass
  churn
  upstream R per UNIT
  descriptors
  leak [R bytes in] R WHAT per UNIT [at PLACE, …] [created by PLACE]
       [held by PART, …]
  leak R bytes per open connection at PLACE [(R)], …
  also leak at PLACE, …

R is 4096 or 4000..4200. WHAT is `objects`, of all kinds; or `goroutines` or
`threads`; or the name of a class. UNIT may be several, of which the verdict may
take any: connection|request. A PLACE is a function or a class without what is
before its last dot, or one of a|b; the first is the one that the finding names. PARTs are
what the way from the root to the objects leads through, in this order. Several
lines may be about one finding. `also` names what the same mistake keeps beside
it: no such finding need be there, and none is wrong."""
import re
from dataclasses import dataclass, field
from typing import Optional

NUMBER = r"(\d+(?:\.\d+)?(?:\.\.\d+(?:\.\d+)?)?)"
LINE = re.compile(
    rf"(?P<kind>leak|time growth) (?:(?P<bytes>{NUMBER}) bytes"
    rf"(?: in (?P<objects>{NUMBER}) (?P<what>\S+))?"
    rf"|(?P<count>{NUMBER}) (?P<kinds>\S+)) per (?P<unit>(?:open |reset |graceful )?\S+)"
    r"(?: at (?P<places>.+?))?(?: created by (?P<creator>\S+))?"
    r"(?: held by (?P<holders>.+))?$")
ALSO = re.compile(r"also leak at (.+)$")
UPSTREAM = re.compile(rf"upstream {NUMBER} per (\S+)$")
OPEN = "open connection"


@dataclass(frozen=True)
class Interval:
    low: int
    high: int

    def has(self, value):
        # Sums of exact numbers, divided by how many.
        return self.low - 1e-6 <= value <= self.high + 1e-6

    def __str__(self):
        return str(self.low) if self.low == self.high else \
            f"{self.low}..{self.high}"


@dataclass
class Wanted:
    """One finding."""
    kind: str  # its class
    units: list = field(default_factory=list)
    bytes: Optional[Interval] = None
    objects: Optional[Interval] = None
    what: str = "objects"
    places: list = field(default_factory=list)  # (name, Interval or None)
    creator: str = ""
    holders: list = field(default_factory=list)


def interval(text):
    if text is None:
        return None
    low, _, high = text.partition("..")
    return Interval(float(low), float(high or low))


def places_of(text):
    """"a, b (12..14)" → [("a", None), ("b", Interval(12, 14))]"""
    places = []
    for part in (text or "").split(", "):
        found = re.fullmatch(rf"(\S+)(?: \({NUMBER}\))?", part)
        if part and not found:
            raise ValueError(f"`{part}` is no place")
        if part:
            places.append((found[1], interval(found[2])))
    return places


def read_line(text):
    """None for pass."""
    if text == "pass":
        return None
    if text in ("churn", "descriptors"):
        return Wanted(text)
    if found := ALSO.match(text):
        return Wanted("also", places=places_of(found[1]))
    if found := UPSTREAM.match(text):
        return Wanted("upstream not closed", found[2].split("|"),
                      objects=interval(found[1]))
    found = LINE.match(text)
    if not found:
        raise ValueError(f"no EXPECT line: {text}")
    return Wanted(found["kind"], found["unit"].split("|"),
                  interval(found["bytes"]),
                  interval(found["objects"] or found["count"]),
                  found["what"] or found["kinds"] or "objects",
                  places_of(found["places"]), found["creator"] or "",
                  (found["holders"] or "").split(", ")
                  if found["holders"] else [])


def read_expectations(source, comment):
    """Of a text whose first lines begin with `comment`; [] for pass, None
    where nothing is said."""
    said, wanted = False, []
    for line in source.splitlines():
        if not line.startswith(comment):
            break
        text = line.removeprefix(comment).strip()
        if not text.startswith("EXPECT "):
            continue
        said = True
        if one := read_line(text.removeprefix("EXPECT ").strip()):
            wanted.append(one)
    return wanted if said else None
