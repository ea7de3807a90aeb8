"""What a person is called: first and last name, the label on every list, the initials on a tile, a pseudonym."""

import random
import re
import unicodedata
from collections.abc import Callable, Iterator

TITLES = frozenset(
    str.split(
        """
        mr mrs ms miss mx dr doctor dra prof professor sir dame lord lady rev reverend fr hon capt captain col gen lt
        maj sgt herr frau mme mlle sr sra srta
        """
    )
)
GENERATIONS = frozenset(str.split("jr sr ii iii iv"))
CREDENTIALS = GENERATIONS | frozenset(
    str.split(
        """
        phd dphil md dds dvm esq cba cpa cfa mba msc bsc pmp llb llm obe mbe cbe psyd edd pharmd rph
        """
    )
)

# U+FF0C and U+FE50 are forms of the comma, as U+3000 is of the space. "、" separates the items of a list: no comma.
_COMMA = re.compile("[,\uff0c\ufe50]")
# Invisible and without meaning inside a name: zero-width spaces, soft hyphen, marks of writing direction.
_INVISIBLE = dict.fromkeys(
    map(ord, "\u00ad\u200b\u2060\ufeff\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
# The joiners shape Persian words and emoji, so they go from the edges of a word only.
_JOINERS = "\u200c\u200d"
# Titles with something behind them, also written together ("Prof.Dr.Anna"); never the first half of an email.
_LEADING_TITLES = re.compile(
    rf"(?:(?:{'|'.join(sorted(TITLES))})(?:\.*\s+(?=[^\s.])|\.+(?=[^\W\d_])(?!\S*@)))+", re.IGNORECASE
)
# Nothing in it but words: no comma, no dot behind a title.
_PLAIN = re.compile(r"[A-Za-z0-9 '-]+")
_WORD = re.compile(r"[^\W_]+")

COLORS = tuple(
    str.split(
        """
        Amber Amethyst Apricot Aqua Azure Beige Blue Blush Bronze Burgundy Caramel Cerise Cerulean Champagne Cherry
        Chestnut Cinnamon Citron Cobalt Copper Coral Cream Crimson Cyan Denim Emerald Fern Fuchsia Garnet Ginger Gold
        Green Hazel Honey Indigo Ivory Jade Khaki Lavender Lemon Lilac Lime Magenta Mahogany Maroon Mauve Mint Mustard
        Navy Ochre Olive Orange Orchid Peach Periwinkle Pink Plum Purple Raspberry Red Rose Ruby Russet Saffron Sage
        Salmon Sand Sapphire Scarlet Sepia Sienna Silver Tangerine Teal Topaz Turquoise Umber Vanilla Vermilion Violet
        Wisteria Yellow
        """
    )
)
OBJECTS = tuple(
    str.split(
        """
        Accordion Almanac Anchor Armchair Atlas Backpack Balloon Banjo Barometer Basket Beacon Bell Bench Bicycle
        Blanket Boat Bonnet Book Bookcase Bottle Bowl Bracelet Bridge Bucket Bugle Button Cabin Camera Candle Canoe
        Canvas Carousel Carpet Cart Castle Cello Chair Chandelier Clarinet Clock Coat Compass Cradle Crayon Crown Cup
        Cupboard Curtain Cushion Cymbal Desk Dial Diary Domino Door Drum Easel Envelope Feather Fiddle Flag Flute
        Fountain Frame Gate Gazebo Glider Globe Goblet Gondola Gong Guitar Hammock Hamper Harmonica Harp Hat Helmet
        Hourglass Jacket Jar Jigsaw Journal Jug Kayak Kettle Keyboard Kite Ladder Lamp Lantern Lighthouse Locket Loom
        Lute Magnet Mandolin Map Marble Medal Microphone Microscope Mirror Mitten Mosaic Mug Napkin Notebook Oboe Paddle
        Paintbrush Parasol Pebble Pedal Pencil Pendant Pennant Phonograph Piano Pillow Pinwheel Pitcher Planet Plate
        Postcard Prism Projector Puzzle Quilt Radio Raft Ribbon Ring Rocket Rudder Saddle Sail Sandal Satchel Saucer
        Saxophone Scarf Scooter Seesaw Shelf Skate Sled Slipper Sofa Spoon Stamp Stereo Stool Sundial Swing Table
        Tambourine Tandem Teacup Teapot Telescope Tent Thimble Tower Tractor Train Tram Tray Tricycle Trombone Trophy
        Trumpet Tuba Typewriter Ukulele Umbrella Vase Viola Violin Wagon Wallet Watch Wheel Whistle Windmill Window
        Wreath Xylophone Yacht Zeppelin Zither
        """
    )
)
# Put before a color or an object when a workspace has used up the plain pairs: "Pink Moonstereo", "Palepink Sunlamp".
SHADES = tuple(str.split("Bright Cool Dark Deep Light Pale Soft Warm"))
SETTINGS = tuple(
    str.split(
        """
        Autumn Cloud Desert Dream Evening Forest Garden Harbor Holiday Island Lake Market Meadow Moon Morning Mountain
        Night Ocean Party Rain River Sea Snow Spring Star Summer Sun Thunder Travel Valley Village Wind Winter
        """
    )
)
_TRIES_A_RUNG = 16


def split(name: str | None) -> tuple[str | None, str | None]:
    """First and last name of a full name (NAME-02…06); what a name does not tell is None."""
    if name and _PLAIN.fullmatch(name):  # a file has thousands of them
        first, *others = name.split() or [""]
        if first.casefold() not in TITLES:
            return first or None, " ".join(others) or None
    return _looked_into(name)


def _looked_into(name: str | None) -> tuple[str | None, str | None]:
    parts = _without_credentials(_parts(name or ""))
    if len(parts) > 1:
        return _inverted(parts)
    return _natural(parts[0]) if parts else (None, None)


def display_label(name: str | None, email: str | None, external_id: str | None, pseudonym: str | None) -> str:
    """What a person is called on lists and headings (NAME-08): the first of the four that can be seen."""
    for candidate in (name, email, external_id, pseudonym):
        if candidate and _spaced(candidate):
            return candidate.strip()
    return "Unnamed"


def initials(label: str) -> str:
    """One or two characters for the tile of a person without a picture (AVA-04)."""
    text = unicodedata.normalize("NFC", _spaced(label))
    first_letters = [found[0] for found in map(_WORD.search, _initial_words(text)) if found]
    return "".join(word[0].upper()[0] for word in first_letters[:2]) or "?"


def pseudonym(place: str | None, taken: Callable[[str], bool], pick: random.Random | None = None) -> str:
    """A "Color Object from Place" that is not `taken` (NAME-08…10); without a place "Color Object"."""
    where = _spaced(place or "")
    for pair in _pairs(pick or random.SystemRandom()):
        label = f"{pair} from {where}" if where else pair
        if not taken(label):
            return label
    raise RuntimeError("Every pseudonym that was tried is taken; check how taken labels are looked up.")


def _spaced(text: str) -> str:
    """The words of a text with one plain space between them."""
    words = (word.strip(_JOINERS) for word in text.translate(_INVISIBLE).split())
    return " ".join(word for word in words if word)


def _parts(name: str) -> list[str]:
    """The comma parts of a name that hold anything; a title with a dot belongs to what follows ("Dr., Joe Bloggs")."""
    parts = [part for part in map(_spaced, _COMMA.split(name)) if part]
    if len(parts) > 1 and _is_title(parts[0]) and parts[0].endswith("."):
        parts[:2] = [f"{parts[0]} {parts[1]}"]
    return parts


def _without_credentials(parts: list[str]) -> list[str]:
    """The comma parts without the credentials at their end (NAME-05); the first part always stays."""
    kept = len(parts)
    while kept > 1 and _is_credential(parts[kept - 1], parts[: kept - 1]):
        kept -= 1
    return parts[:kept]


def _is_credential(part: str, before: list[str]) -> bool:
    """Whether a comma part is one credential or several: "CBA", "Ph. D.", "MD FACS"."""
    if _is_known(part):
        return True
    first, *others = part.split()
    if not others:
        return _is_unknown_credential(first, before)
    return _is_known(first) and all(_is_known(word) or _is_unknown_credential(word, before) for word in others)


def _is_known(text: str) -> bool:
    """Whether the list has it, dots or not; "J. R." are initials, so a generation has no dot inside."""
    if text.rstrip(".").casefold() in CREDENTIALS:
        return True
    compact = text.replace(".", "").replace(" ", "").casefold()
    return "." in text and compact in CREDENTIALS - GENERATIONS


def _is_unknown_credential(word: str, before: list[str]) -> bool:
    """2–5 capitals after a name in mixed case: what precedes "JOE" in "BLOGGS, JOE" has no lower-case letter."""
    if not (2 <= len(word) <= 5 and all(letter.isupper() for letter in word)):
        return False
    mixed = [other for part in before for other in part.split() if any(letter.islower() for letter in other)]
    return len(mixed) >= 2


def _natural(part: str) -> tuple[str | None, str | None]:
    """First word, then the rest (NAME-02); one word behind a title is a last name (NAME-04)."""
    untitled = _without_titles(part)
    first, _, last = untitled.partition(" ")
    if untitled != part and not last:
        return None, first
    return first, last or None


def _inverted(parts: list[str]) -> tuple[str | None, str | None]:
    """ "Last, First Middle" (NAME-06). A lone title is a last name ("Lord, Jack") but no first ("Bloggs, Dr.")."""
    given = [untitled for untitled in map(_without_titles, parts[1:]) if not _is_title(untitled)]
    return " ".join(given) or None, _without_titles(parts[0])


def _without_titles(part: str) -> str:
    """A part without its leading titles (NAME-03); its last word stays, whatever it is."""
    found = _LEADING_TITLES.match(part)
    return part[found.end() :] if found else part


def _is_title(word: str) -> bool:
    return word.rstrip(".").casefold() in TITLES


def _initial_words(text: str) -> list[str]:
    """The words that initials are taken from: first and last name, or the pieces of an email or an id."""
    if " " in text:
        return [half for half in split(text) if half]
    return _WORD.findall(text.partition("@")[0] or text)


def _pairs(pick: random.Random) -> Iterator[str]:
    """Pairs of words to try: plain ones first, then ever rarer ones, at last with a number. It ends."""
    for rung in range(5):
        for _ in range(_TRIES_A_RUNG):
            yield _pair(rung, pick)


def _pair(rung: int, pick: random.Random) -> str:
    color, thing = pick.choice(COLORS), pick.choice(OBJECTS)
    if rung >= 1:
        thing = pick.choice(SETTINGS) + thing.lower()
    if rung >= 2:
        color = pick.choice(SHADES) + color.lower()
    number = f" {pick.randrange(2, 10 ** (3 * rung - 5))}" if rung >= 3 else ""
    return f"{color} {thing}{number}"
