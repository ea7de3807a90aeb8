"""First and last name, label, initials and pseudonym of a person (NAME-02…10, AVA-04)."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.people import naming

FROM_THE_ARTICLE = [
    ("Joe Bloggs", "Joe", "Bloggs"),
    ("MÁRCIA HELENA MAIA DE LIMA", "MÁRCIA", "HELENA MAIA DE LIMA"),
    ("Dr. Drew Bloggs", "Drew", "Bloggs"),
    ("Joe Bloggs, CBA", "Joe", "Bloggs"),
    ("Bloggs, Joe", "Joe", "Bloggs"),
    ("Dr Bloggs", None, "Bloggs"),
    ("Bloggs, Joe Drew", "Joe Drew", "Bloggs"),
]
NATURAL = [
    ("Joe", "Joe", None),
    ("Drew", "Drew", None),
    ("  Joe   Bloggs ", "Joe", "Bloggs"),
    ("Joe Drew Bloggs", "Joe", "Drew Bloggs"),
    ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
    ("Mary-Jane O'Neill", "Mary-Jane", "O'Neill"),
    ("Joe Bloggs Jr.", "Joe", "Bloggs Jr."),
    ("Joe Bloggs III", "Joe", "Bloggs III"),
    ("Joe Bloggs PhD", "Joe", "Bloggs PhD"),
    ("山田 太郎", "山田", "太郎"),
    ("J. R. R. Tolkien", "J.", "R. R. Tolkien"),
    ("Joe Bloggs,", "Joe", "Bloggs"),
    (",, Joe Bloggs ,,", "Joe", "Bloggs"),
    ("joe@acme.com", "joe@acme.com", None),
    ("dr.joe@acme.com", "dr.joe@acme.com", None),
    ("Joe 🎉 Bloggs", "Joe", "🎉 Bloggs"),
    ("👩\u200d💻 Ann", "👩\u200d💻", "Ann"),
]
EMPTY = [
    (nothing, None, None) for nothing in (None, "", "   ", "\t\n", ",", " , ,, ", "\u3000", "\u00a0", "\u200b\ufeff")
]
TITLED = [
    ("Mr Joe Bloggs", "Joe", "Bloggs"),
    ("mrs. jane bloggs", "jane", "bloggs"),
    ("Prof. Dr. Anna Schmidt", "Anna", "Schmidt"),
    ("prof. dr. anna schmidt", "anna", "schmidt"),
    ("PROF DR Anna Maria Schmidt", "Anna", "Maria Schmidt"),
    ("Lt. Col. Ann Bloggs", "Ann", "Bloggs"),
    ("Dr.Drew Bloggs", "Drew", "Bloggs"),
    ("Prof.Dr.Anna Schmidt", "Anna", "Schmidt"),
    ("Dr. J. R. Bloggs", "J.", "R. Bloggs"),
    ("Joe Dr Bloggs", "Joe", "Dr Bloggs"),
    ("Missy Elliott", "Missy", "Elliott"),
    ("Drew Mr", "Drew", "Mr"),
    ("Dr., Joe Bloggs", "Joe", "Bloggs"),
]
TITLE_AND_ONE_WORD = [
    ("Sir Elton", None, "Elton"),
    ("Mr. T", None, "T"),
    ("Mr.T", None, "T"),
    ("DR. BLOGGS", None, "BLOGGS"),
    ("Prof. Dr. Schmidt", None, "Schmidt"),
    ("Dr Bloggs, PhD", None, "Bloggs"),
    ("Dr", "Dr", None),
    ("Dr.", "Dr.", None),
    ("Dr..", "Dr..", None),
    ("Dr Mr", None, "Mr"),
    ("Dr, PhD", "Dr", None),
]
CREDENTIALED = [
    ("Joe Bloggs, PhD", "Joe", "Bloggs"),
    ("Joe Bloggs, Ph.D.", "Joe", "Bloggs"),
    ("Joe Bloggs, Ph. D.", "Joe", "Bloggs"),
    ("Joe Bloggs, M.D.", "Joe", "Bloggs"),
    ("joe bloggs, m.d", "joe", "bloggs"),
    ("joe bloggs, phd", "joe", "bloggs"),
    ("Joe Bloggs, MBA, CPA", "Joe", "Bloggs"),
    ("Joe Bloggs, MBA CPA", "Joe", "Bloggs"),
    ("Joe Bloggs, MD FACS", "Joe", "Bloggs"),
    ("Joe Bloggs,CBA,", "Joe", "Bloggs"),
    ("Joe Bloggs, Jr.", "Joe", "Bloggs"),
    ("Joe Bloggs, jr", "Joe", "Bloggs"),
    ("Joe Bloggs, Sr., Esq.", "Joe", "Bloggs"),
    ("Joe Bloggs, II", "Joe", "Bloggs"),
    ("Joe Bloggs, iii", "Joe", "Bloggs"),
    ("Joe Bloggs, IV", "Joe", "Bloggs"),
    ("Dr. Joe Bloggs, MD", "Joe", "Bloggs"),
    ("JOE BLOGGS, MBA", "JOE", "BLOGGS"),
    ("Bloggs, PhD", "Bloggs", None),
    ("Bloggs, Sr.", "Bloggs", None),
    ("Joe Bloggs, RN", "Joe", "Bloggs"),
    ("Joe Bloggs, FACHE", "Joe", "Bloggs"),
    ("Joe Bloggs, RN, XYZ", "Joe", "Bloggs"),
    ("PhD", "PhD", None),
    ("CBA, MBA", "CBA", None),
]
INVERTED = [
    ("Dr. Bloggs, Joe", "Joe", "Bloggs"),
    ("Bloggs, Dr. Joe", "Joe", "Bloggs"),
    ("Bloggs, Prof. Dr. Joe Drew", "Joe Drew", "Bloggs"),
    ("Bloggs, Dr.", None, "Bloggs"),
    ("Bloggs, Prof. Dr.", None, "Bloggs"),
    ("Bloggs, Joe, Dr.", "Joe", "Bloggs"),
    ("Lord, Jack", "Jack", "Lord"),
    ("van Beethoven, Ludwig", "Ludwig", "van Beethoven"),
    ("García Márquez, Gabriel José", "Gabriel José", "García Márquez"),
    ("Bloggs, Joe, Jr.", "Joe", "Bloggs"),
    ("Bloggs, Joe, PhD, MBA", "Joe", "Bloggs"),
    ("Bloggs, Joe, RN", "Joe", "Bloggs"),
    ("BLOGGS, JOE", "JOE", "BLOGGS"),
    ("LI, MA", "MA", "LI"),
    ("Li, MA", "MA", "Li"),
    ("BLOGGS SMITH, JOE", "JOE", "BLOGGS SMITH"),
    ("MAIA DE LIMA, MÁRCIA HELENA", "MÁRCIA HELENA", "MAIA DE LIMA"),
    ("van Beethoven, LUDWIG", "LUDWIG", "van Beethoven"),
    ("van Gogh, ANA MARIA", "ANA MARIA", "van Gogh"),
    ("van Beethoven, L", "L", "van Beethoven"),
    ("Ewing, J.R.", "J.R.", "Ewing"),
    ("Ewing, J. R.", "J. R.", "Ewing"),
    ("Bloggs,Joe", "Joe", "Bloggs"),
    ("Bloggs ,, Joe ,", "Joe", "Bloggs"),
    ("Bloggs, Joe, Drew", "Joe Drew", "Bloggs"),
    ("O'Neill, Mary-Jane", "Mary-Jane", "O'Neill"),
]
UNUSUAL_CHARACTERS = [
    ("山田\u3000太郎", "山田", "太郎"),
    ("Joe\u00a0Bloggs", "Joe", "Bloggs"),
    ("\ufeffJoe\u200b Bloggs\u200d", "Joe", "Bloggs"),
    ("\u2068Joe\u2069 Bloggs", "Joe", "Bloggs"),
    ("Dr.\u00a0Bloggs", None, "Bloggs"),
    ("山田\uff0c太郎", "太郎", "山田"),
    ("山田、太郎", "山田、太郎", None),
    ("Bloggs\ufe50 Joe", "Joe", "Bloggs"),
]

# Words that make collisions of titles, credentials and commas likely.
PIECES = st.sampled_from(
    [
        *("Joe", "Bloggs", "van", "LI", "MA", "Dr", "dr.", "Prof.", "Sir", "PhD", "Ph. D.", "Jr."),
        *("II", "M.D.", "山田"),
        *(",", ", ", " ", "  ", ".", "\u00a0", "\u3000", "\u200b", "\u200d", "🎉", "@", "-"),
    ]
)
NAMES = st.one_of(st.text(max_size=255), st.lists(PIECES, max_size=20).map("".join))


def words(text: str) -> list[str]:
    """What is written between spaces, commas and dots, invisible characters left out."""
    return re.findall(
        r"[^\s,\uff0c\ufe50.]+", re.sub("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]", "", text)
    )


@pytest.mark.parametrize(("name", "first", "last"), FROM_THE_ARTICLE)
def test_the_examples_of_the_article_split_as_it_says(name, first, last):
    """NAME-02, NAME-03, NAME-04, NAME-05, NAME-06"""
    assert naming.split(name) == (first, last)


@pytest.mark.parametrize(("name", "first", "last"), NATURAL + EMPTY)
def test_the_first_word_is_the_first_name_and_the_rest_the_last(name, first, last):
    """NAME-02"""
    assert naming.split(name) == (first, last)


@pytest.mark.parametrize(("name", "first", "last"), TITLED)
def test_leading_titles_are_dropped(name, first, last):
    """NAME-03"""
    assert naming.split(name) == (first, last)


@pytest.mark.parametrize(("name", "first", "last"), TITLE_AND_ONE_WORD)
def test_one_word_behind_a_title_is_a_last_name(name, first, last):
    """NAME-04"""
    assert naming.split(name) == (first, last)


@pytest.mark.parametrize(("name", "first", "last"), CREDENTIALED)
def test_credentials_behind_a_comma_are_left_out(name, first, last):
    """NAME-05"""
    assert naming.split(name) == (first, last)


@pytest.mark.parametrize(("name", "first", "last"), INVERTED)
def test_any_other_comma_means_last_name_first(name, first, last):
    """NAME-06"""
    assert naming.split(name) == (first, last)


@pytest.mark.parametrize(("name", "first", "last"), UNUSUAL_CHARACTERS)
def test_spaces_and_commas_of_other_scripts_count(name, first, last):
    """NAME-02, NAME-06"""
    assert naming.split(name) == (first, last)


@pytest.mark.parametrize("title", sorted(naming.TITLES))
def test_every_title_is_dropped_in_any_case_with_or_without_a_dot(title):
    """NAME-03"""
    written = (title, title.upper(), title.title() + ".", title + ".")

    assert {naming.split(f"{form} Joe Bloggs") for form in written} == {("Joe", "Bloggs")}


@pytest.mark.parametrize("credential", sorted(naming.CREDENTIALS))
def test_every_credential_is_left_out_in_any_case_with_or_without_a_dot(credential):
    """NAME-05"""
    written = (credential, credential.upper(), credential.title() + ".")

    assert {naming.split(f"JOE BLOGGS, {form}") for form in written} == {("JOE", "BLOGGS")}


def test_a_name_as_long_as_a_column_is_split():
    """NAME-02"""
    assert naming.split("Joe " + "B" * 251) == ("Joe", "B" * 251)


@given(NAMES)
def test_a_part_of_a_name_is_unknown_or_holds_something(name):
    """NAME-02, NAME-04"""
    halves = naming.split(name)

    assert [half for half in halves if half is not None and half != " ".join(half.split())] == []
    assert "" not in halves


@given(NAMES)
def test_first_and_last_name_hold_no_word_that_the_name_does_not(name):
    """NAME-02, NAME-06"""
    left = [word.strip("\u200c\u200d") for word in words(name)]

    for word in words(" ".join(half for half in naming.split(name) if half)):
        assert word.strip("\u200c\u200d") in left
        left.remove(word.strip("\u200c\u200d"))


@given(NAMES, st.text(" \t\u00a0\u3000\u200b", max_size=3), st.text(" \t\u00a0\u3000\u200b", max_size=3))
def test_outer_spaces_change_nothing(name, before, after):
    """NAME-02, NAME-07"""
    assert naming.split(before + name + after) == naming.split(name)


@pytest.mark.parametrize(
    ("known", "label"),
    [
        (("Joe Bloggs, CBA", "a@x.io", "1", "Pink Stereo"), "Joe Bloggs, CBA"),
        (("  Joe Bloggs, CBA ", None, None, None), "Joe Bloggs, CBA"),
        ((None, "a@x.io", "1", "Pink Stereo"), "a@x.io"),
        (("", "a@x.io", None, None), "a@x.io"),
        (("\u200b", "a@x.io", None, None), "a@x.io"),
        ((None, None, "2", "Pink Stereo"), "2"),
        ((None, " ", "2", None), "2"),
        ((None, None, None, "Pink Stereo from Atlanta"), "Pink Stereo from Atlanta"),
        ((None, None, None, None), "Unnamed"),
    ],
)
def test_a_person_is_called_by_the_first_of_name_email_user_id_and_pseudonym(known, label):
    """NAME-07, NAME-08, NAME-09"""
    assert naming.display_label(*known) == label


@pytest.mark.parametrize(
    ("label", "tile"),
    [
        ("Joe Bloggs", "JB"),
        ("joe bloggs", "JB"),
        ("Bloggs, Joe", "JB"),
        ("Joe Bloggs, CBA", "JB"),
        ("Dr Bloggs", "B"),
        ("Joe", "J"),
        ("Mary-Jane O'Neill", "MO"),
        ("Ludwig van Beethoven", "LV"),
        ("Pink Stereo from Atlanta", "PS"),
        ("Pink Stereo", "PS"),
        ("a@x.io", "A"),
        ("ann.smith@x.io", "AS"),
        ("@ann", "A"),
        ("2", "2"),
        ("user_42", "U4"),
        ("山田 太郎", "山太"),
        ("E\u0301lodie Durand", "ÉD"),
        ("straße ßen", "SS"),
        ("🎉 Joe", "J"),
        ("🎉", "?"),
        ("---", "?"),
        (",", "?"),
        ("", "?"),
    ],
)
def test_a_tile_shows_initials(label, tile):
    """AVA-04"""
    assert naming.initials(label) == tile


@given(NAMES)
def test_a_tile_is_never_empty_nor_longer_than_two_characters(label):
    """AVA-04"""
    assert len(naming.initials(label)) in (1, 2)


@pytest.mark.parametrize("place", ["Atlanta", "São Paulo", " Atlanta "])
def test_a_pseudonym_tells_the_place(place):
    """NAME-08"""
    label = naming.pseudonym(place, taken=lambda label: False)

    assert re.fullmatch(rf"[A-Z][a-z]+ [A-Z][a-z]+ from {place.strip()}", label)


@pytest.mark.parametrize("place", [None, "", "  "])
def test_a_pseudonym_without_a_place_is_a_color_and_an_object(place):
    """NAME-10"""
    label = naming.pseudonym(place, taken=lambda label: False)

    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", label)


def test_the_words_of_pseudonyms_are_plain_and_many():
    """NAME-08, NAME-10"""
    lists = (naming.COLORS, naming.OBJECTS, naming.SHADES, naming.SETTINGS)

    assert [word for words in lists for word in words if not re.fullmatch("[A-Z][a-z]+", word)] == []
    assert [len(words) - len(set(words)) for words in lists] == [0, 0, 0, 0]
    assert len(naming.COLORS) >= 60
    assert len(naming.OBJECTS) >= 120


def test_the_same_dice_throw_the_same_pseudonym():
    """NAME-08"""
    thrown = {naming.pseudonym("Atlanta", lambda label: False, random.Random(7)) for _ in range(3)}

    assert len(thrown) == 1


def test_pseudonyms_of_one_place_differ():
    """NAME-09"""
    taken: set[str] = set()
    dice = random.Random(7)

    for _ in range(20_000):
        taken.add(naming.pseudonym("Atlanta", taken.__contains__, dice))

    assert len(taken) == 20_000


def test_a_taken_label_of_one_place_is_free_in_another():
    """NAME-09"""
    first = naming.pseudonym("Atlanta", lambda label: False, random.Random(7))

    assert naming.pseudonym("Berlin", {first}.__contains__, random.Random(7)) == first.replace("Atlanta", "Berlin")


def test_when_every_plain_pair_is_taken_the_label_is_still_a_color_and_an_object():
    """NAME-09, NAME-10"""
    plain = {f"{color} {thing}" for color in naming.COLORS for thing in naming.OBJECTS}

    label = naming.pseudonym(None, plain.__contains__, random.Random(7))

    assert label not in plain
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", label)


def test_when_every_pair_of_words_is_taken_a_number_makes_the_difference():
    """NAME-09"""
    label = naming.pseudonym("Atlanta", lambda label: not re.search(r"\d", label), random.Random(7))

    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+ \d+ from Atlanta", label)


def test_a_search_that_finds_everything_taken_ends_with_an_error():
    """NAME-09"""
    with pytest.raises(RuntimeError, match="Every pseudonym that was tried is taken"):
        naming.pseudonym("Atlanta", taken=lambda label: True)


@given(
    st.one_of(
        st.text(max_size=40), st.from_regex(r"(Dr\.? |mr |Lord )?[A-Za-z' -]{0,30}(, ?[A-Z]{2,4})?", fullmatch=True)
    )
)
def test_plain_names_are_split_as_all_others_are(name):
    """NAME-02…06: a name without comma or dot is not looked into"""
    assert naming.split(name) == naming._looked_into(name)
